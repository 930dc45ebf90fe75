import { describe, expect, test } from "vitest";
import { factsOf } from "./evidence";

const COPY = {
  why: "No difference beyond what copying leaves.",
  resolution_px: 1024,
  local: 0.0387,
  colour: 1.26,
  tint: 0.24,
  scale: [1, 1],
  shift: [0, 0],
  stretch: 0,
  gain: 1,
  blur_px: 0,
  uncovered: { share: 0 },
};

describe("evidence in words", () => {
  test("a copy", () => {
    expect(factsOf(COPY).map((fact) => `${fact.label}: ${fact.words}`)).toEqual([
      "Largest difference: 3.9 %: hardly visible",
      "Colours: hardly apart (by 1.3)",
      "Position: lie exactly on each other",
      "Compared at: 1024 px",
    ]);
  });

  test("a smaller one, moved", () => {
    const position = factsOf({ ...COPY, scale: [1.12, 1.1], shift: [0.03, 0] }).find(
      (fact) => fact.label === "Position",
    );
    expect(position?.words).toBe("the newcomer is 9.9 % smaller, 3 % right; laid over each other to compare");
  });

  test("the same pixels have one fact", () => {
    const same = { why: "It prints the same, pixel by pixel.", largest_difference: 0 };
    expect(factsOf(same)).toEqual([{ label: "Difference", words: "none at all" }]);
  });
});
