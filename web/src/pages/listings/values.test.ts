import { expect, test } from "vitest";
import { dataOf, NEW, valuesOf } from "./values";

test("what the server keeps comes through the form unchanged", () => {
  const kept = { ...dataOf(NEW), name: "Mugs", price: "12.50", quantity: 25, fields: { size: "11oz" }, tags: ["mug"] };
  expect(dataOf(valuesOf(kept))).toEqual(kept);
});

test("empty numbers are none, and a comma is a point", () => {
  const data = dataOf({ ...NEW, price: " 3,50 ", quantity: "" });
  expect(data.price).toBe("3.50");
  expect(data.quantity).toBeNull();
});

test("a word of one's own without a name is left out", () => {
  const fields: [string, string][] = [
    ["size", "11oz"],
    ["", "lost"],
  ];
  expect(dataOf({ ...NEW, fields }).fields).toEqual({ size: "11oz" });
});
