import { Button, Modal } from "@mantine/core";
import { useEffect } from "react";
import { useBlocker } from "react-router";
import { Problem } from "~/api/problem";
import css from "./Dialogs.module.css";
import type { EditorState } from "./useEditor";

/** Whether somebody else has saved the set meanwhile. */
export function inConflict(editor: EditorState): boolean {
  return editor.save.isError && Problem.from(editor.save.error).code === "draft_changed";
}

/** Whose changes stay, when somebody else has saved meanwhile. */
export function ConflictDialog({ editor }: { editor: EditorState }) {
  return (
    <Modal opened={inConflict(editor)} onClose={() => editor.save.reset()} title="Somebody else has saved this set">
      <p>It was changed since you opened it. Load what they saved, or save yours in its place.</p>
      <div className={css.choices}>
        <Button variant="default" onClick={() => void editor.reload()}>
          Load theirs
        </Button>
        <Button color="red" onClick={() => editor.save.mutate({ over: true })} loading={editor.save.isPending}>
          Save mine in its place
        </Button>
      </div>
    </Modal>
  );
}

/** Asked before unsaved work is left. */
export function LeaveDialog({ editor }: { editor: EditorState }) {
  const blocker = useLeaveGuard(editor.dirty);
  return (
    <Modal opened={blocker.state === "blocked"} onClose={() => blocker.reset?.()} title="Leave without saving?">
      <p>Your changes stay in this browser, and are there when you open this set again. Others do not see them.</p>
      <div className={css.choices}>
        <Button variant="default" onClick={() => blocker.reset?.()}>
          Stay
        </Button>
        <Button variant="default" onClick={() => blocker.proceed?.()}>
          Leave
        </Button>
        <Button
          loading={editor.save.isPending}
          onClick={() => editor.save.mutate({ over: false }, { onSuccess: () => blocker.proceed?.() })}
        >
          Save and leave
        </Button>
      </div>
    </Modal>
  );
}

function useLeaveGuard(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
  return useBlocker(({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname);
}
