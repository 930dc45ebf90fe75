import { useState } from "react";
import { on45, outlineOf, type Snap, snapLines, snapped } from "./geometry";
import { type Area, type Point, pointsOf } from "./model";

/** px of the screen within which a point is drawn to a line. */
const REACH = 7;

export interface Snapping {
  size: [number, number];
  areas: Area[];
  chosen: number | null;
  snaps: boolean;
}

/** Where points go that a person places, and the lines that drew the last one. ``px``: photo px for each of the screen. */
export function useSnap({ size, areas, chosen, snaps }: Snapping, px: number) {
  const [guides, setGuides] = useState<Snap | null>(null);

  /** Along 45 degrees from ``origin`` with shift, else to what is near; Alt lets it go anywhere.
   * ``but``: the chosen area's point that is being moved. */
  const placed = (at: Point, event: PointerEvent, origin: Point | null, but: number | null): Point => {
    const turned = event.shiftKey && origin ? on45(origin, at) : at;
    if (!snaps || event.altKey || (event.shiftKey && origin)) {
      setGuides(null);
      return turned;
    }
    const others = areas.flatMap((one, k) => {
      const points = one.kind === "mesh" ? outlineOf(one) : pointsOf(one);
      return k === chosen ? points.filter((_point, n) => n !== but) : points;
    });
    const found = snapped(turned, snapLines(size, others), REACH * px);
    setGuides(found.x !== null || found.y !== null ? found : null);
    return found.point;
  };

  return { guides, placed, unguide: () => setGuides(null) };
}
