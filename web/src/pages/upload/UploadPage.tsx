import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { FolderOpen, ImagePlus, Plus, UploadCloud } from "lucide-react";
import { useRef } from "react";
import { libraryQuery } from "~/api/queries";
import { useMay } from "~/app/me";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { TrySamples } from "~/ui/Samples";
import { basket, useBasket } from "~/upload/basket";
import { useUploads } from "~/upload/engine";
import { ofList } from "~/upload/picked";
import { BatchCard } from "./BatchCard";
import { Earlier } from "./Earlier";
import { Tray } from "./Tray";
import css from "./Upload.module.css";

/** Drop designs, say for which product, see what becomes of each. */
export function UploadPage() {
  const may = useMay("upload");
  const files = useBasket();
  const batches = useUploads();
  if (!may) {
    return (
      <>
        <PageHead title="Upload" />
        <EmptyState
          icon={UploadCloud}
          title="You may look, not upload"
          words="An owner of the shop can make you a member, who may."
        />
      </>
    );
  }
  const busy = files.length > 0 || batches.length > 0;
  return (
    <>
      <PageHead title="Upload" words="Trimmed, sized for the product, and compared with all the shop has.">
        {busy && files.length === 0 && <Pickers compact />}
      </PageHead>
      {files.length > 0 ? <Tray files={files} /> : !busy && <DropZone />}
      <div className={css.batches}>
        {batches.map((batch) => (
          <BatchCard key={batch.key} batch={batch} />
        ))}
      </div>
      <Earlier />
    </>
  );
}

function DropZone() {
  return (
    <section className={css.zone} aria-label="Choose designs">
      <span className={css.zoneIcon}>
        <ImagePlus size={34} strokeWidth={1.5} aria-hidden />
      </span>
      <h2>Drop designs here</h2>
      <p>Files or whole folders, as many as you like; anywhere on any page works too.</p>
      <Pickers />
      <FirstTime />
      <p className={css.formats}>PNG, JPEG, WebP, TIFF, GIF, AVIF or HEIC. Transparent PNG prints best.</p>
    </section>
  );
}

/** Where nothing was uploaded yet: something to look around with. */
function FirstTime() {
  const library = useQuery(libraryQuery).data;
  const none = library && library.stored + library.spooled + library.storing + library.missing === 0;
  return none ? <TrySamples /> : null;
}

/** The ways to choose files without dropping them. */
function Pickers({ compact = false }: { compact?: boolean }) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    basket.add(ofList(input.files));
    input.value = ""; // the same files may be chosen again
  };
  return (
    <div className={css.pickers}>
      <Button
        size={compact ? "sm" : "md"}
        leftSection={compact ? <Plus size={17} aria-hidden /> : <ImagePlus size={18} aria-hidden />}
        onClick={() => files.current?.click()}
      >
        {compact ? "Add files" : "Choose files"}
      </Button>
      <Button
        size={compact ? "sm" : "md"}
        variant="default"
        leftSection={<FolderOpen size={compact ? 16 : 18} aria-hidden />}
        onClick={() => folder.current?.click()}
      >
        {compact ? "Add folder" : "Choose a folder"}
      </Button>
      <input
        ref={files}
        type="file"
        multiple
        accept="image/*"
        hidden
        aria-label="Designs"
        data-testid="files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={(element) => {
          folder.current = element;
          element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        multiple
        hidden
        aria-label="Folder of designs"
        onChange={(event) => take(event.currentTarget)}
      />
    </div>
  );
}
