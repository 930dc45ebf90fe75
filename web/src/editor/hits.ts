import { outlineOf } from "./geometry";
import type { Area, Point } from "./model";

/** The area at a place: the chosen one before others, later ones before earlier ones. */
export function areaAt(areas: Area[], at: Point, chosen: number | null): number | null {
  const hit = areas.map((area, k) => (inside(outlineOf(area), at) ? k : -1)).filter((k) => k >= 0);
  return hit.includes(chosen ?? -1) ? chosen : (hit.at(-1) ?? null);
}

function inside(outline: Point[], [x, y]: Point): boolean {
  let within = false;
  outline.forEach(([ax, ay], k) => {
    const [bx, by] = outline[(k + 1) % outline.length] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  });
  return within;
}
