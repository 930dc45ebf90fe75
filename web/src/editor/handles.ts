import { type CylinderGuides, cylinderGuides } from "./geometry";
import { type Area, type CylinderArea, type Point, pointsOf } from "./model";

/** What an area's handle moves: a point by its number, or a named part of a cylinder. */
export type Grip = number | "radius" | "endRadius" | "bulge" | "endBulge";

export interface Handle {
  grip: Grip;
  at: Point;
  label: string;
  minor?: boolean;
}

/** The handles of an area, in the order they are stepped through. */
export function handlesOf(area: Area): Handle[] {
  if (area.kind === "cylinder") return cupHandles(area, cylinderGuides(area));
  const corner = ["Top left", "Top right", "Bottom right", "Bottom left"];
  const wide = area.kind === "mesh" ? (area.points[0]?.length ?? 1) : 1;
  return pointsOf(area).map((at, k) => ({
    grip: k,
    at,
    label:
      area.kind === "quad"
        ? (corner[k] ?? "Corner")
        : area.kind === "mesh"
          ? `Row ${Math.floor(k / wide) + 1}, column ${(k % wide) + 1}`
          : `Point ${k + 1}`,
    minor: area.kind === "mesh",
  }));
}

function cupHandles(area: CylinderArea, guides: CylinderGuides): Handle[] {
  return [
    { grip: 0, at: area.start, label: "Top of the axis" },
    { grip: 1, at: area.end, label: "Bottom of the axis" },
    { grip: "radius", at: guides.handles.radius, label: "Radius at the top" },
    { grip: "endRadius", at: guides.handles.endRadius, label: "Radius at the bottom" },
    { grip: "bulge", at: guides.handles.bulge, label: "Roundness of the top rim", minor: true },
    { grip: "endBulge", at: guides.handles.endBulge, label: "Roundness of the bottom rim", minor: true },
  ];
}
