import { useEffect, useRef, useState } from "react";
import { duplicate, remove } from "./areas";
import { type Kind, moved, type Point, pointsOf, withPoints } from "./model";
import type { EditorOf } from "./useEditor";

export interface Commands {
  tool: Kind | null;
  setTool: (tool: Kind | null) => void;
  save: () => void;
  fit: () => void;
  zoom: (factor: number) => void;
  actual: () => void;
  before: () => void;
  handles: () => void;
}

const TOOLS: Record<string, Kind | null> = { v: null, q: "quad", p: "polygon", m: "mesh", c: "cylinder" };
const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Whether keys typed there are meant for what is there. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest(
      "input, textarea, select, [contenteditable], [role=listbox], [role=slider], [role=dialog], [role=menu]",
    ) !== null
  );
}

/** The editor's keys. Answers whether space is held, which makes every drag a pan. */
export function useKeys(editor: EditorOf, commands: Commands): boolean {
  const [space, setSpace] = useState(false);
  const now = useRef({ editor, commands });
  now.current = { editor, commands };
  useEffect(() => {
    const down = (event: KeyboardEvent) => {
      const { editor, commands } = now.current;
      if (event.ctrlKey || event.metaKey) {
        if (withControl(event, editor, commands)) event.preventDefault();
        return;
      }
      if (event.altKey || isTyping(event.target)) return;
      const onButton = event.target instanceof HTMLElement && event.target.closest("button, a") !== null;
      if (event.key === " " && !onButton) {
        setSpace(true);
        event.preventDefault();
      } else if (alone(event, editor, commands)) {
        event.preventDefault();
      }
    };
    const up = (event: KeyboardEvent) => {
      if (event.key === " ") setSpace(false);
      if (event.key in ARROWS) now.current.editor.settle();
    };
    const blur = () => setSpace(false);
    addEventListener("keydown", down);
    addEventListener("keyup", up);
    addEventListener("blur", blur);
    return () => {
      removeEventListener("keydown", down);
      removeEventListener("keyup", up);
      removeEventListener("blur", blur);
    };
  }, []);
  return space;
}

function withControl(event: KeyboardEvent, editor: EditorOf, commands: Commands): boolean {
  const key = event.key.toLowerCase();
  if (key === "s") commands.save();
  else if (key === "z" && !isTyping(event.target)) event.shiftKey ? editor.redo() : editor.undo();
  else if (key === "y" && !isTyping(event.target)) editor.redo();
  else if (key === "d" && editor.area) duplicate(editor, editor.area);
  else return false;
  return true;
}

function alone(event: KeyboardEvent, editor: EditorOf, commands: Commands): boolean {
  const { area, at, select } = editor;
  const key = event.key.toLowerCase();
  if (event.key in ARROWS) return nudge(event, editor);
  if (key in TOOLS && editor.picture) commands.setTool(TOOLS[key] ?? null);
  else if (key === "escape") {
    if (commands.tool) commands.setTool(null);
    else select(at.point !== null ? { point: null } : { area: null });
  } else if ((key === "delete" || key === "backspace") && area && !commands.tool) erase(editor);
  else if (key === "n" && area) {
    const count = pointsOf(area).length;
    select({ point: ((at.point ?? (event.shiftKey ? 0 : -1)) + (event.shiftKey ? count - 1 : 1)) % count });
  } else if (key === "+" || key === "=") commands.zoom(1.25);
  else if (key === "-") commands.zoom(0.8);
  else if (key === "0") commands.fit();
  else if (key === "1") commands.actual();
  else if (key === "b") commands.before();
  else if (key === "h") commands.handles();
  else return false;
  return true;
}

function nudge(event: KeyboardEvent, editor: EditorOf): boolean {
  const { area, at } = editor;
  if (!area || at.area === null) return false;
  const [dx, dy] = (ARROWS[event.key] as Point).map((one) => one * (event.shiftKey ? 10 : 1)) as Point;
  const next =
    at.point === null
      ? moved(area, dx, dy)
      : withPoints(
          area,
          pointsOf(area).map(([x, y], k): Point => (k === at.point ? [x + dx, y + dy] : [x, y])),
        );
  editor.editArea(at.area, next, "nudge");
  return true;
}

function erase(editor: EditorOf): void {
  const { area, at } = editor;
  if (!area || at.area === null) return;
  if (area.kind === "polygon" && at.point !== null && area.points.length > 3) {
    editor.editArea(at.area, { ...area, points: area.points.filter((_point, k) => k !== at.point) });
    editor.select({ point: null });
  } else {
    remove(editor, at.area);
  }
}
