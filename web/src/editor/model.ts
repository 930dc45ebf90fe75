import type { DraftOut } from "~/api/schema";

/** (x, y), px of the photo as it is seen; (0, 0) is its top left corner. */
export type Point = [number, number];

export type Fit = "stretch" | "contain" | "cover";
export type Blend = "normal" | "multiply" | "screen" | "overlay" | "soft-light";
export type Kind = "polygon" | "quad" | "mesh" | "cylinder";

interface Look {
  name: string;
  mask: string | null;
  feather: number;
  opacity: number;
  blend: Blend;
  shading: number;
  gloss: number;
  displacement: string | null;
  displacement_strength: number;
  fit: Fit;
  align_x: "left" | "center" | "right";
  align_y: "top" | "middle" | "bottom";
}

export interface PolygonArea extends Look {
  kind: "polygon";
  points: Point[];
}
export interface QuadArea extends Look {
  kind: "quad";
  corners: [Point, Point, Point, Point];
  aspect: number | null;
}
export interface MeshArea extends Look {
  kind: "mesh";
  points: Point[][];
  interpolation: "smooth" | "bezier" | "bilinear";
  aspect: number | null;
  part: [number, number, number, number];
}
export interface CylinderArea extends Look {
  kind: "cylinder";
  start: Point;
  end: Point;
  radius: number;
  arc: number;
  bulge: number;
  end_radius: number | null;
  end_bulge: number | null;
  turn: number;
  aspect: number | null;
}
export type Area = PolygonArea | QuadArea | MeshArea | CylinderArea;

export interface Garment {
  mask: string;
  colours: Record<string, string>;
}

export interface Watermark {
  image: string | null;
  text: string;
  colour: string;
  opacity: number;
  size: number;
  place: string;
  over: "area" | "picture";
}

export interface Picture {
  name: string;
  file: string;
  area: Area[];
  garment: Garment | null;
  watermark: Watermark | null;
}

export interface Output {
  format: "jpeg" | "webp" | "png";
  quality: number;
  longest_side: number;
  max_bytes: number | null;
}

/** A whole set: what `mockup.toml` says, with every default filled in. */
export interface Doc {
  name: string;
  template: string | null;
  pattern: string;
  output: Output;
  watermark: Watermark | null;
  picture: Picture[];
}

export const PATTERN = "{prefix} {number:03d} {template_slug}_{number:03d}_BG_{index}";

const LOOK: Look = {
  name: "",
  mask: null,
  feather: 0,
  opacity: 1,
  blend: "normal",
  shading: 0,
  gloss: 0,
  displacement: null,
  displacement_strength: 10,
  fit: "stretch",
  align_x: "center",
  align_y: "middle",
};

/** What new areas begin with: on cloth and cups some of the photo's light makes a print look printed. */
export const FRESH: Partial<Look> = { shading: 0.6, feather: 1 };

export const WATERMARK: Watermark = {
  image: null,
  text: "",
  colour: "#ffffff",
  opacity: 0.45,
  size: 0.5,
  place: "center",
  over: "area",
};

type Loose = Record<string, unknown>;

/** A description as it was stored, with defaults in place of what it leaves out. */
export function complete(description: DraftOut["description"]): Doc {
  const loose = description as Loose;
  const pictures = (Array.isArray(loose.picture) ? loose.picture : []) as Loose[];
  return {
    name: String(loose.name ?? ""),
    template: (loose.template as string) ?? null,
    pattern: (loose.pattern as string) ?? PATTERN,
    output: { format: "jpeg", quality: 95, longest_side: 2000, max_bytes: null, ...(loose.output as object) },
    watermark: loose.watermark ? { ...WATERMARK, ...(loose.watermark as object) } : null,
    picture: pictures.map((picture) => ({
      name: String(picture.name ?? ""),
      file: String(picture.file ?? ""),
      area: ((picture.area ?? []) as Loose[]).map(completeArea),
      garment: (picture.garment as Garment) ?? null,
      watermark: picture.watermark ? { ...WATERMARK, ...(picture.watermark as object) } : null,
    })),
  };
}

export function completeArea(area: Loose): Area {
  switch (area.kind) {
    case "polygon":
      return { ...LOOK, points: [], ...area, fit: area.fit ?? "contain" } as unknown as PolygonArea;
    case "quad":
      return { ...LOOK, aspect: null, ...area } as unknown as QuadArea;
    case "mesh":
      return { ...LOOK, aspect: null, interpolation: "smooth", part: [0, 0, 1, 1], ...area } as unknown as MeshArea;
    default:
      return {
        ...LOOK,
        ...{ aspect: null, arc: 180, bulge: 0, end_radius: null, end_bulge: null, turn: 0 },
        ...area,
        kind: "cylinder",
      } as unknown as CylinderArea;
  }
}

/** A new area of that kind in the box from `a` to `b`. */
export function areaIn(kind: Kind, a: Point, b: Point): Area {
  const [left, right] = [Math.min(a[0], b[0]), Math.max(a[0], b[0])];
  const [top, bottom] = [Math.min(a[1], b[1]), Math.max(a[1], b[1])];
  const corners = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ].map(([x = 0, y = 0]): Point => [tenth(x), tenth(y)]);
  switch (kind) {
    case "polygon":
      return completeArea({ kind, ...FRESH, points: corners });
    case "quad":
      return completeArea({ kind, ...FRESH, corners });
    case "mesh":
      return completeArea({ kind, ...FRESH, points: gridIn(left, top, right, bottom, 4, 4) });
    case "cylinder": {
      const middle = tenth((left + right) / 2);
      const radius = tenth((right - left) / 2);
      const bulge = tenth(radius * 0.12);
      const axis = { start: [middle, tenth(top)], end: [middle, tenth(bottom)] };
      return completeArea({ kind, ...FRESH, ...axis, radius, bulge, arc: 180 });
    }
  }
}

export function gridIn(
  left: number,
  top: number,
  right: number,
  bottom: number,
  rows: number,
  columns: number,
): Point[][] {
  return Array.from({ length: rows }, (_row, r) =>
    Array.from(
      { length: columns },
      (_column, c): Point => [
        tenth(left + ((right - left) * c) / (columns - 1)),
        tenth(top + ((bottom - top) * r) / (rows - 1)),
      ],
    ),
  );
}

/** px are kept to a tenth: finer than anybody sees or points. */
export function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The points of an area that a person drags, in order. */
export function pointsOf(area: Area): Point[] {
  switch (area.kind) {
    case "polygon":
      return area.points;
    case "quad":
      return area.corners;
    case "mesh":
      return area.points.flat();
    case "cylinder":
      return [area.start, area.end];
  }
}

/** The area with its points in another place. As many as `pointsOf` answers. */
export function withPoints<T extends Area>(area: T, points: Point[]): T {
  const rounded = points.map(([x, y]): Point => [tenth(x), tenth(y)]);
  switch (area.kind) {
    case "polygon":
      return { ...area, points: rounded };
    case "quad":
      return { ...area, corners: rounded as [Point, Point, Point, Point] };
    case "mesh": {
      const wide = area.points[0]?.length ?? 1;
      return { ...area, points: area.points.map((_row, r) => rounded.slice(r * wide, (r + 1) * wide)) };
    }
    default:
      return { ...area, start: rounded[0] as Point, end: rounded[1] as Point };
  }
}

export function moved<T extends Area>(area: T, dx: number, dy: number): T {
  return withPoints(
    area,
    pointsOf(area).map(([x, y]): Point => [x + dx, y + dy]),
  );
}

/** A picture as the renderer is asked for it: with the set's watermark where it has none of its own. */
export function asPreviewed(doc: Doc, picture: Picture): Record<string, unknown> {
  const { name: _name, ...rest } = picture;
  return { ...rest, watermark: picture.watermark ?? doc.watermark };
}

/** A name that none of `taken` is: `Front`, `Front 2`. */
export function freeName(wanted: string, taken: string[]): string {
  const plain = wanted.trim().replaceAll("/", "-").replace(/^\.+/, "").slice(0, 90) || "Picture";
  let name = plain;
  for (let number = 2; taken.includes(name); number += 1) name = `${plain} ${number}`;
  return name;
}

/** Whether two descriptions are the same. */
export function same(a: Doc, b: Doc): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

export const KINDS: Record<Kind, { label: string; words: string; key: string }> = {
  quad: { label: "Flat", words: "A flat print seen at an angle: poster, shirt, sign. Four corners.", key: "Q" },
  polygon: { label: "Cut-out", words: "Any outline; the design lies straight and is cut by it.", key: "P" },
  mesh: { label: "Cloth", words: "A bent surface: fabric, pillow, curved label. A grid of points.", key: "M" },
  cylinder: { label: "Cup", words: "Around a mug, tumbler or can.", key: "C" },
};
