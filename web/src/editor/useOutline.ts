import { useEffect, useState } from "react";
import { distance } from "./geometry";
import { type Point, tenth } from "./model";

/** px of the screen within which a press ends the polygon: at its first point, and where it was pressed last. */
const AT_FIRST = 12;
const AT_LAST = 5;

/** A polygon under way: a press adds a point, its first point or Enter ends it, Backspace takes the last one back.
 * ``px``: photo px for each px of the screen; ``onEnd`` gets its points, fewer than three where there is no polygon. */
export function useOutline(drawing: boolean, px: number, onEnd: (points: Point[]) => void) {
  const [points, setPoints] = useState<Point[]>([]);
  const [pen, setPen] = useState<Point | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what was begun goes with the tool.
  useEffect(() => setPoints([]), [drawing]);

  const end = () => {
    onEnd(points);
    setPoints([]);
  };

  const press = (at: Point) => {
    const [first, last] = [points[0], points.at(-1)];
    // A double click ends where it is: its second press adds nothing.
    if (last && distance(last, at) < AT_LAST * px) return end();
    if (first && points.length >= 3 && distance(first, at) < AT_FIRST * px) return end();
    setPoints([...points, [tenth(at[0]), tenth(at[1])]]);
  };

  useEffect(() => {
    if (!drawing) return;
    const key = (event: KeyboardEvent) => {
      if (event.key === "Enter") end();
      else if (event.key === "Backspace") setPoints((now) => now.slice(0, -1));
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  });

  return { points, pen, press, hoverAt: setPen };
}
