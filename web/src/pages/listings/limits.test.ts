import { expect, test } from "vitest";
import { characters, split } from "./limits";

test("characters are counted as Etsy does, not as JavaScript does", () => {
  expect(characters("mug")).toBe(3);
  expect(characters("🌼")).toBe(1);
  expect(characters("cafe\u0301")).toBe(4);
});

test("tags come apart at commas and lines, without empty ones", () => {
  expect(split("uv dtf,  cup   wrap,,\nglass can\n")).toEqual(["uv dtf", "cup wrap", "glass can"]);
  expect(split(" , ")).toEqual([]);
});
