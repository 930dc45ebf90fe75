import { UploadCloud } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation, useNavigate } from "react-router";
import { useMay } from "~/app/me";
import { tellProblem } from "~/app/toasts";
import { basket } from "./basket";
import css from "./DropAnywhere.module.css";
import { ofDrop } from "./picked";

/** Takes files dropped on any page, and leads to the upload page, which asks for the template. */
export function DropAnywhere() {
  const may = useMay("upload");
  const navigate = useNavigate();
  // The mockup editor takes base photos itself.
  const editing = useLocation().pathname.startsWith("/mockups/editor");
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (!may || editing) return;
    // Each element that is entered says so, and each that is left: only the last leaving counts.
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const drag = (event: DragEvent) => hasFiles(event) && event.preventDefault();
    const drop = (event: DragEvent) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void ofDrop(event.dataTransfer)
        .then((files) => {
          basket.add(files);
          void navigate("/upload");
        })
        .catch(tellProblem);
    };
    addEventListener("dragenter", enter);
    addEventListener("dragleave", leave);
    addEventListener("dragover", drag);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragenter", enter);
      removeEventListener("dragleave", leave);
      removeEventListener("dragover", drag);
      removeEventListener("drop", drop);
    };
  }, [may, editing, navigate]);
  if (!over) return null;
  return (
    <div className={css.over} aria-hidden>
      <div className={css.frame}>
        <UploadCloud size={44} strokeWidth={1.5} />
        <strong>Drop to upload</strong>
        <span>Files or whole folders</span>
      </div>
    </div>
  );
}
