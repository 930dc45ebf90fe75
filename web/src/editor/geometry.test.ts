import { describe, expect, it } from "vitest";
import {
  crossings,
  cylinderGuides,
  faultsOf,
  inwardCorners,
  meshOf,
  on45,
  outlineOf,
  snapLines,
  snapped,
} from "./geometry";
import { areaIn, complete, gridIn, type MeshArea, moved, type Point, pointsOf, withPoints } from "./model";

const square: Point[] = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
];

describe("crossings", () => {
  it("finds where two sides cross", () => {
    expect(
      crossings([
        [0, 0],
        [10, 10],
        [10, 0],
        [0, 10],
      ]),
    ).toEqual([[5, 5]]);
  });
  it("has nothing to say about simple outlines, either way round", () => {
    expect(crossings(square)).toEqual([]);
    expect(crossings([...square].reverse())).toEqual([]);
  });
});

describe("quads", () => {
  it("tell which corner bends inwards", () => {
    expect(inwardCorners(square)).toEqual([]);
    expect(
      inwardCorners([
        [0, 0],
        [10, 0],
        [3, 3],
        [0, 10],
      ]),
    ).toEqual([[3, 3]]);
  });
});

describe("snapping", () => {
  it("takes the nearest line on each axis, within reach", () => {
    const lines = snapLines([100, 50], [[30, 7]]);
    expect(snapped([31, 26], lines, 3)).toEqual({ point: [30, 25], x: 30, y: 25 });
    expect(snapped([40, 15], lines, 3)).toEqual({ point: [40, 15], x: null, y: null });
  });
  it("keeps to eight directions", () => {
    const [x, y] = on45([0, 0], [10, 9]);
    expect(x).toBeCloseTo(9.5);
    expect(y).toBeCloseTo(9.5);
    expect(on45([0, 0], [10, 1])[1]).toBeCloseTo(0);
  });
});

describe("meshes", () => {
  it("keep their surface when rows and columns are added", () => {
    const flat = gridIn(0, 0, 90, 60, 4, 4);
    expect(meshOf(flat, 5, 7)).toEqual(gridIn(0, 0, 90, 60, 5, 7));
  });
  it("say where they fold", () => {
    const area = areaIn("mesh", [0, 0], [90, 90]) as MeshArea;
    expect(faultsOf(area)).toEqual([]);
    const points = pointsOf(area);
    points[5] = [200, 30];
    expect(faultsOf(withPoints(area, points)).length).toBeGreaterThan(0);
  });
});

describe("cylinders", () => {
  it("show the front half, rims as wide as the radius", () => {
    const area = areaIn("cylinder", [0, 0], [100, 200]);
    if (area.kind !== "cylinder") throw new Error("a cylinder was asked for");
    const { top, handles } = cylinderGuides(area);
    expect(top[0]?.[0]).toBeCloseTo(0);
    expect(top[32]?.[0]).toBeCloseTo(100);
    expect(handles.radius[0]).toBeCloseTo(100);
    expect(handles.bulge[1]).toBeCloseTo(area.bulge);
    expect(outlineOf(area)).toHaveLength(66);
  });
});

describe("descriptions", () => {
  it("are filled with the format's defaults", () => {
    const doc = complete({
      name: "A",
      picture: [{ name: "F", file: "f.png", area: [{ kind: "polygon", points: square }] }],
    });
    expect(doc.picture[0]?.area[0]).toMatchObject({ fit: "contain", opacity: 1, blend: "normal" });
    expect(doc.output.longest_side).toBe(2000);
  });
  it("move with all their points", () => {
    expect(pointsOf(moved(areaIn("quad", [0, 0], [4, 4]), 1, 2))[2]).toEqual([5, 6]);
  });
});
