import { offAxis } from "./geometry";
import type { Grip } from "./handles";
import { type Area, type Point, pointsOf, tenth, withPoints } from "./model";

/** px of the screen within which the bottom of a cup counts as curved like its top. */
const SAME_RADIUS = 4;

/** The area with its point ``n`` at ``at``. */
export function withPoint(area: Area, n: number, at: Point): Area {
  const points = [...pointsOf(area)];
  points[n] = at;
  return withPoints(area, points);
}

/** The area with a handle of its curve dragged to ``at``; ``px``: photo px for each px of the screen. */
export function bent(area: Area, grip: Exclude<Grip, number>, at: Point, px: number): Area {
  if (area.kind !== "cylinder") return area;
  const end = grip === "endRadius" || grip === "endBulge";
  const { across, along } = offAxis(area, at, end ? area.end : area.start);
  const radius = Math.max(1, tenth(across));
  switch (grip) {
    case "radius":
      // A straight cup stays straight: its bottom has a radius of its own only once that was moved.
      return { ...area, radius };
    case "endRadius":
      return { ...area, end_radius: Math.abs(radius - area.radius) < SAME_RADIUS * px ? null : radius };
    case "bulge":
      return { ...area, bulge: tenth(along) };
    case "endBulge":
      return { ...area, end_bulge: tenth(along) };
  }
}
