import { useCallback, useEffect, useRef, useState } from "react";
import type { Point } from "./model";

/** How the photo lies on the screen: screen = photo * scale + (x, y), px of the stage. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export const MOST_SCALE = 16;

/** Room for what floats over the stage, px: above, below, at the sides. */
const ROOM = { wide: [64, 84, 28], narrow: [54, 104, 12], low: [10, 10, 10] } as const;

/** The whole photo, clear of what floats over it. */
export function fitted(photo: [number, number], stage: [number, number]): View {
  const [above, below, side] = ROOM[stage[1] < 360 ? "low" : stage[0] < 600 ? "narrow" : "wide"];
  const [width, height] = [stage[0] - 2 * side, stage[1] - above - below];
  const scale = Math.max(Math.min(width / photo[0], height / photo[1]), 0.01);
  return {
    scale,
    x: (stage[0] - photo[0] * scale) / 2,
    y: above + (height - photo[1] * scale) / 2,
  };
}

/** The view with `factor` times the size, the photo's point under `centre` (stage px) staying there. */
export function zoomed(view: View, factor: number, centre: Point, least: number): View {
  const scale = Math.min(MOST_SCALE, Math.max(least, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: centre[0] - (centre[0] - view.x) * ratio, y: centre[1] - (centre[1] - view.y) * ratio };
}

export const toPhoto = (view: View, [x, y]: Point): Point => [(x - view.x) / view.scale, (y - view.y) / view.scale];

/** The size of an element, kept up. */
export function useSize() {
  const element = useRef<HTMLDivElement | null>(null);
  const [size, setSize] = useState<[number, number]>([0, 0]);
  useEffect(() => {
    const watched = element.current;
    if (!watched) return;
    const observer = new ResizeObserver(() => setSize([watched.clientWidth, watched.clientHeight]));
    observer.observe(watched);
    return () => observer.disconnect();
  }, []);
  return [element, size] as const;
}

/** The view of a photo on a stage: fitted until somebody zooms or pans. */
export function useView(photo: [number, number], stage: [number, number], subject: string) {
  const [chosen, setChosen] = useState<{ of: string; view: View } | null>(null);
  const fit = fitted(photo, stage);
  const view = chosen?.of === subject ? chosen.view : fit;
  const least = fit.scale / 4;
  const set = useCallback((next: View) => setChosen({ of: subject, view: next }), [subject]);
  const middle: Point = [stage[0] / 2, stage[1] / 2];
  return {
    view,
    least,
    set,
    fit: () => setChosen(null),
    by: (factor: number) => set(zoomed(view, factor, middle, least)),
    to: (scale: number) => set(zoomed(view, scale / view.scale, middle, least)),
  };
}
