import { Button } from "@mantine/core";
import { ImagePlus } from "lucide-react";
import { useRef } from "react";
import css from "./NoPhoto.module.css";
import type { EditorState } from "./useEditor";

/** What a set without a photo shows. */
export function NoPhoto({ editor }: { editor: EditorState }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={css.noPhoto}>
      <ImagePlus size={40} strokeWidth={1.4} aria-hidden />
      <h2>Add your product photos</h2>
      <p>
        A shirt, a mug, a framed wall: the blank product as you photographed it. JPEG, PNG, WebP, TIFF or AVIF, up to 50
        megapixels.
      </p>
      {editor.may && (
        <Button
          leftSection={<ImagePlus size={17} aria-hidden />}
          loading={editor.adding > 0}
          onClick={() => input.current?.click()}
        >
          Choose photos
        </Button>
      )}
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        data-testid="photos"
        aria-label="Photos"
        onChange={(event) => void editor.addPhotos([...(event.currentTarget.files ?? [])])}
      />
    </div>
  );
}
