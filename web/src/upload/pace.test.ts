import { expect, test } from "vitest";
import { Pace } from "./pace";

test("a steady pace is told, and what is left by it", () => {
  const pace = new Pace();
  for (let second = 0; second <= 4; second += 1) pace.note(second * 1_000_000, second * 1000);
  expect(pace.speed).toBe(1_000_000);
  expect(pace.left(5_000_000)).toBe(5);
});

test("what was long ago does not count", () => {
  const pace = new Pace(2000);
  pace.note(0, 0);
  pace.note(9_000_000, 1000);
  for (let second = 2; second <= 8; second += 1) pace.note(9_000_000 + second * 100_000, second * 1000);
  expect(pace.speed).toBe(100_000);
});

test("one moment tells nothing", () => {
  const pace = new Pace();
  expect(pace.left(1)).toBeNull();
  pace.note(10, 0);
  expect(pace.speed).toBeNull();
});
