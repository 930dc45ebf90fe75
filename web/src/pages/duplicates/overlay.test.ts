import { describe, expect, test } from "vitest";
import { transformOf } from "./overlay";

describe("how the newcomer is laid over the other", () => {
  test("the same place stays", () => {
    const same: Parameters<typeof transformOf>[0] = [
      [1, 0, 0],
      [0, 1, 0],
    ];
    expect(transformOf(same, 2)).toBe("translate(0%, 0%) matrix(1, 0, 0, 1, 0, 0)");
  });

  test("a newcomer that shows less is drawn smaller, where it lies", () => {
    // The frame's left edge lies outside of the newcomer: it was cut there by a tenth.
    const cut: Parameters<typeof transformOf>[0] = [
      [1 / 0.9, 0, -1 / 9],
      [0, 1, 0],
    ];
    expect(transformOf(cut, 1)).toBe("translate(5%, 0%) matrix(0.9, 0, 0, 1, 0, 0)");
  });

  test("what leans knows how wide the frame is", () => {
    const leaning: Parameters<typeof transformOf>[0] = [
      [1, 0.02, 0],
      [0, 1, 0],
    ];
    expect(transformOf(leaning, 2)).toBe("translate(0%, 0%) matrix(1, 0, -0.04, 1, 0, 0)");
  });
});
