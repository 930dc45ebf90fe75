import { type Area, type CylinderArea, type MeshArea, type Point, tenth } from "./model";

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1]);
export const between = (a: Point, b: Point, share = 0.5): Point => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
];

export function boxOf(points: Point[]): Box {
  const x = points.map((point) => point[0]);
  const y = points.map((point) => point[1]);
  return { left: Math.min(...x), top: Math.min(...y), right: Math.max(...x), bottom: Math.max(...y) };
}

/** Twice the signed area of the triangle a b c. */
function turn(a: Point, b: Point, c: Point): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/** Where sides of the closed outline cross each other; touching is allowed. */
export function crossings(outline: Point[]): Point[] {
  const found: Point[] = [];
  const n = outline.length;
  for (let i = 0; i < n - 2; i += 1) {
    for (let j = i + 2; j < n - (i === 0 ? 1 : 0); j += 1) {
      const [a, b] = [outline[i] as Point, outline[(i + 1) % n] as Point];
      const [c, d] = [outline[j] as Point, outline[(j + 1) % n] as Point];
      const [p, q] = [turn(a, b, c), turn(a, b, d)];
      if (p * q < 0 && turn(c, d, a) * turn(c, d, b) < 0) found.push(between(c, d, p / (p - q)));
    }
  }
  return found;
}

/** Corners of a quad that bend inwards. */
export function inwardCorners(corners: Point[]): Point[] {
  const n = corners.length;
  const turns = corners.map((corner, k) =>
    turn(corners[(k + n - 1) % n] as Point, corner, corners[(k + 1) % n] as Point),
  );
  const least = 1e-3 * Math.max(...turns.map(Math.abs));
  const clockwise = turns.filter((value) => value > least).length >= n / 2;
  return corners.filter((_corner, k) => (clockwise ? (turns[k] ?? 0) <= least : (turns[k] ?? 0) >= -least));
}

/** Where something is wrong with the area's shape, and what: the renderer's own reasons, told while the hand moves. */
export function faultsOf(area: Area): { at: Point; words: string; code: string }[] {
  if (area.kind === "polygon") {
    return crossings(area.points).map((at) => ({ at, words: "Sides cross here", code: "polygon_crosses" }));
  }
  if (area.kind === "quad") {
    const crossed = crossings(area.corners);
    if (crossed.length > 0) return crossed.map((at) => ({ at, words: "Sides cross here", code: "quad_not_convex" }));
    return inwardCorners(area.corners).map((at) => ({ at, words: "Bends inwards", code: "quad_not_convex" }));
  }
  if (area.kind === "mesh") {
    return foldedCells(area).map((at) => ({ at, words: "Folds over itself", code: "mesh_folds" }));
  }
  return [];
}

function foldedCells({ points }: MeshArea): Point[] {
  const cells: { at: Point; size: number }[] = [];
  for (let r = 0; r + 1 < points.length; r += 1) {
    for (let c = 0; c + 1 < (points[r]?.length ?? 0); c += 1) {
      const [a, b] = [points[r]?.[c] as Point, points[r]?.[c + 1] as Point];
      const [d, e] = [points[r + 1]?.[c] as Point, points[r + 1]?.[c + 1] as Point];
      cells.push({ at: between(between(a, e), between(b, d)), size: turn(a, b, e) + turn(a, e, d) });
    }
  }
  const total = cells.reduce((sum, cell) => sum + cell.size, 0);
  return cells.filter((cell) => cell.size * Math.sign(total) < 0).map((cell) => cell.at);
}

export interface Snap {
  point: Point;
  /** Lines to be shown: an x or a y of the photo that the point was drawn to. */
  x: number | null;
  y: number | null;
}

/** `point` drawn to the nearest of `lines` on each axis, where one is within `reach` px. */
export function snapped(point: Point, lines: { x: number[]; y: number[] }, reach: number): Snap {
  const near = (value: number, all: number[]) => {
    let best: number | null = null;
    for (const one of all) {
      if (Math.abs(one - value) <= reach && (best === null || Math.abs(one - value) < Math.abs(best - value)))
        best = one;
    }
    return best;
  };
  const x = near(point[0], lines.x);
  const y = near(point[1], lines.y);
  return { point: [x ?? point[0], y ?? point[1]], x, y };
}

/** `point` brought onto the nearest of the eight directions from `origin`. */
export function on45(origin: Point, point: Point): Point {
  const angle = Math.round(Math.atan2(point[1] - origin[1], point[0] - origin[0]) / (Math.PI / 4)) * (Math.PI / 4);
  const along = (point[0] - origin[0]) * Math.cos(angle) + (point[1] - origin[1]) * Math.sin(angle);
  return [origin[0] + along * Math.cos(angle), origin[1] + along * Math.sin(angle)];
}

/** Lines that points are drawn to: the photo's edges and middle, and where other points are. */
export function snapLines(size: [number, number], others: Point[]): { x: number[]; y: number[] } {
  return {
    x: [0, size[0] / 2, size[0], ...others.map((point) => point[0])],
    y: [0, size[1] / 2, size[1], ...others.map((point) => point[1])],
  };
}

/** Bezier control points of the curve through `points` with the renderer's tangents: start, then (b, c, d) for each. */
export function curveThrough(points: Point[]): Point[] {
  const n = points.length;
  if (n < 3) return points.length < 2 ? points : straight(points);
  const p = points as Point[];
  const at = (k: number) => p[k] as Point;
  const tangent = (k: number): Point => {
    if (k === 0) return [0, 1].map((i) => (4 * at(1)[i as 0] - 3 * at(0)[i as 0] - at(2)[i as 0]) / 2) as Point;
    if (k === n - 1) {
      return [0, 1].map((i) => (3 * at(n - 1)[i as 0] - 4 * at(n - 2)[i as 0] + at(n - 3)[i as 0]) / 2) as Point;
    }
    return [(at(k + 1)[0] - at(k - 1)[0]) / 2, (at(k + 1)[1] - at(k - 1)[1]) / 2];
  };
  const out: Point[] = [at(0)];
  for (let k = 0; k + 1 < n; k += 1) {
    const [a, b, s, t] = [at(k), at(k + 1), tangent(k), tangent(k + 1)];
    out.push([a[0] + s[0] / 3, a[1] + s[1] / 3], [b[0] - t[0] / 3, b[1] - t[1] / 3], b);
  }
  return out;
}

function straight(points: Point[]): Point[] {
  const out: Point[] = [points[0] as Point];
  for (let k = 0; k + 1 < points.length; k += 1) {
    const [a, b] = [points[k] as Point, points[k + 1] as Point];
    out.push(between(a, b, 1 / 3), between(a, b, 2 / 3), b);
  }
  return out;
}

/** The lines of a mesh as polylines or curves: rows, then columns, each as Bezier control points. */
export function meshLines(area: MeshArea): Point[][] {
  const columns = (area.points[0] ?? []).map((_point, c) => area.points.map((row) => row[c] as Point));
  const drawn = (line: Point[]) => (area.interpolation === "smooth" ? curveThrough(line) : straight(line));
  return [...area.points.map(drawn), ...columns.map(drawn)];
}

/** The value of a row or column of the renderer's smooth curve at `t` (0..1 between two points). */
function onCurve(line: Point[], k: number, t: number): Point {
  const curve = curveThrough(line);
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => curve[3 * k + i] as Point) as [Point, Point, Point, Point];
  const u = 1 - t;
  return [0, 1].map(
    (i) => u ** 3 * a[i as 0] + 3 * u * u * t * b[i as 0] + 3 * u * t * t * c[i as 0] + t ** 3 * d[i as 0],
  ) as Point;
}

/** `line` with `count` points evenly along its parameter. */
function resampled(line: Point[], count: number): Point[] {
  return Array.from({ length: count }, (_unused, k) => {
    const place = (k * (line.length - 1)) / (count - 1);
    const at = Math.min(Math.floor(place), line.length - 2);
    const [x, y] = onCurve(line, at, place - at);
    return [tenth(x), tenth(y)];
  });
}

/** The same surface with another number of rows and columns, 4 to 100 each. Points stay evenly spaced on the design. */
export function meshOf(points: Point[][], rows: number, columns: number): Point[][] {
  const wide = points.map((row) => (row.length === columns ? row : resampled(row, columns)));
  if (wide.length === rows) return wide;
  const across = Array.from({ length: columns }, (_unused, c) =>
    resampled(
      wide.map((row) => row[c] as Point),
      rows,
    ),
  );
  return Array.from({ length: rows }, (_unused, r) => across.map((column) => column[r] as Point));
}

/** Numbers of rows and columns a mesh may have, one more or less: Bezier nets grow by whole patches. */
export function meshStep(area: MeshArea): number {
  return area.interpolation === "bezier" ? 3 : 1;
}

export interface CylinderGuides {
  /** The outline that shows: upper rim's front, right edge, lower rim, left edge. */
  top: Point[];
  bottom: Point[];
  /** Whole ellipses of both rims, faint. */
  rims: [Point[], Point[]];
  /** Where the print's middle is. */
  middle: [Point, Point];
  /** Handles: right end of each rim, and the front of each rim's ellipse. */
  handles: { radius: Point; endRadius: Point; bulge: Point; endBulge: Point };
}

/** What is drawn of a cylinder: the renderer's own formula, x = r sin t across the axis and b cos t along it. */
export function cylinderGuides(area: CylinderArea): CylinderGuides {
  const length = distance(area.start, area.end) || 1;
  const down: Point = [(area.end[0] - area.start[0]) / length, (area.end[1] - area.start[1]) / length];
  const right: Point = [down[1], -down[0]];
  const rim = (t: number, end: boolean): Point => {
    const centre = end ? area.end : area.start;
    const r = end ? (area.end_radius ?? area.radius) : area.radius;
    const b = end ? (area.end_bulge ?? area.bulge) : area.bulge;
    const [s, c] = [r * Math.sin(t), b * Math.cos(t)];
    return [centre[0] + right[0] * s + down[0] * c, centre[1] + right[1] * s + down[1] * c];
  };
  const [half, turned] = [(area.arc * Math.PI) / 360, (area.turn * Math.PI) / 180];
  const low = Math.max(-Math.PI / 2, turned - half);
  const high = Math.min(Math.PI / 2, turned + half);
  const sweep = (from: number, to: number, end: boolean) =>
    Array.from({ length: 33 }, (_unused, k) => rim(from + ((to - from) * k) / 32, end));
  const centre = Math.min(Math.max(turned, low), high);
  return {
    top: sweep(low, high, false),
    bottom: sweep(low, high, true),
    rims: [sweep(-Math.PI, Math.PI, false), sweep(-Math.PI, Math.PI, true)],
    middle: [rim(centre, false), rim(centre, true)],
    handles: {
      radius: rim(Math.PI / 2, false),
      endRadius: rim(Math.PI / 2, true),
      bulge: rim(0, false),
      endBulge: rim(0, true),
    },
  };
}

/** How far `point` is from the axis, across it; and how far along it beyond `from`. px. */
export function offAxis(area: CylinderArea, point: Point, from: Point): { across: number; along: number } {
  const length = distance(area.start, area.end) || 1;
  const down: Point = [(area.end[0] - area.start[0]) / length, (area.end[1] - area.start[1]) / length];
  const [x, y] = [point[0] - from[0], point[1] - from[1]];
  return { across: Math.abs(x * down[1] - y * down[0]), along: x * down[0] + y * down[1] };
}

/** The outline that an area covers, to be filled and clicked. */
export function outlineOf(area: Area): Point[] {
  switch (area.kind) {
    case "polygon":
      return area.points;
    case "quad":
      return area.corners;
    case "mesh": {
      const first = area.points[0] ?? [];
      const last = area.points[area.points.length - 1] ?? [];
      const right = area.points.map((row) => row[row.length - 1] as Point);
      const left = area.points.map((row) => row[0] as Point);
      return [...first, ...right.slice(1, -1), ...[...last].reverse(), ...left.slice(1, -1).reverse()];
    }
    case "cylinder": {
      const guides = cylinderGuides(area);
      return [...guides.top, ...[...guides.bottom].reverse()];
    }
  }
}
