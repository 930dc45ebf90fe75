import css from "./SaveState.module.css";
import type { EditorState } from "./useEditor";

/** Whether it is saved, and how much stands in the way of rendering. */
export function SaveState({
  editor,
  errors,
  onProblem,
  unfinished,
}: {
  editor: EditorState;
  errors: number;
  onProblem: () => void;
  unfinished: boolean;
}) {
  const words =
    editor.adding > 0
      ? `Adding ${editor.adding} …`
      : editor.save.isPending
        ? "Saving …"
        : editor.dirty
          ? "Not saved yet"
          : unfinished
            ? "Draft"
            : "Saved";
  return (
    <p className={css.state}>
      <span role="status">{words}</span>
      {editor.restored && (
        <button type="button" onClick={editor.drop}>
          Restored from this browser: drop
        </button>
      )}
      {errors > 0 && (
        <button type="button" className={css.errors} onClick={onProblem}>
          {errors === 1 ? "1 thing to mend" : `${errors} things to mend`}
        </button>
      )}
    </p>
  );
}

/** Brings the first problem to the eye. */
export function showFirst(editor: EditorState): void {
  const [first] = editor.problems.filter((one) => one.level === "error");
  if (first?.place[0] !== "picture" || typeof first.place[1] !== "number") return;
  const area = first.place[2] === "area" && typeof first.place[3] === "number" ? first.place[3] : null;
  editor.select({ picture: first.place[1], area, point: null });
}
