import { ActionIcon, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, ImagePlus } from "lucide-react";
import { useRef } from "react";
import { keys } from "~/api/queries";
import type { DraftFileOut } from "~/api/schema";
import { preview } from "./calls";
import css from "./PictureStrip.module.css";
import { problemsAt } from "./problems";
import type { EditorOf } from "./useEditor";

/** The set's photos, to go from one to the next. */
export function PictureStrip({ editor }: { editor: EditorOf }) {
  const { doc, at, select, problems, files, may } = editor;
  const input = useRef<HTMLInputElement>(null);
  return (
    <nav className={css.strip} data-yields aria-label="Photos of the set">
      <ul>
        {doc.picture.map((picture, k) => {
          const bad = problemsAt(problems, "picture", k).some((one) => one.level === "error");
          return (
            <li key={picture.file + picture.name}>
              <button
                type="button"
                className={css.picture}
                aria-label={picture.name}
                aria-current={k === at.picture ? "true" : undefined}
                onClick={() => select({ picture: k, area: null, point: null })}
              >
                <Small set={editor.set} file={files.find((one) => one.path === picture.file)} />
                <span className={css.pictureName}>{picture.name}</span>
                {bad && <CircleAlert size={16} className={css.pictureBad} aria-label="has problems" />}
              </button>
            </li>
          );
        })}
      </ul>
      {may && doc.picture.length > 0 && (
        <>
          <Tooltip label="Add photos" position="right">
            <ActionIcon
              className={css.add}
              variant="default"
              size={44}
              aria-label="Add photos"
              loading={editor.adding > 0}
              onClick={() => input.current?.click()}
            >
              <ImagePlus size={19} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <input
            ref={input}
            type="file"
            accept="image/*"
            multiple
            hidden
            aria-label="More photos"
            onChange={(event) => void editor.addPhotos([...(event.currentTarget.files ?? [])])}
          />
        </>
      )}
    </nav>
  );
}

/** A photo, some hundred px large, as the renderer reduces it. */
function Small({ set, file }: { set: string; file: DraftFileOut | undefined }) {
  const small = useQuery({
    queryKey: [...keys.sets, "draft", "small", file?.url],
    queryFn: async ({ signal }) => {
      const wanted = { picture: { file: file?.path }, design: "none" as const, longest_side: 200, editor: "", turn: 0 };
      return URL.createObjectURL(await preview(set, wanted, signal));
    },
    enabled: !!file,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return <span className={css.small}>{small.data && <img src={small.data} alt="" draggable={false} />}</span>;
}
