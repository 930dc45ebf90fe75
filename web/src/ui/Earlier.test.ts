import { expect, test } from "vitest";
import type { MockupOut } from "~/api/schema";
import { ordersFor } from "./Earlier";

const of = (set: string, design: string, colour: string | null) =>
  ({ set, design, colour, template: "Mug 11oz" }) as MockupOut;

test("one order a set, each design once, and no colour that was not there before", () => {
  const orders = ordersFor([of("A", "1", "Red"), of("A", "1", "Blue"), of("A", "2", "Red"), of("B", "1", null)]);
  expect(orders).toEqual([
    { set: "A", template: "Mug 11oz", designs: ["1", "2"], colours: ["Red", "Blue"], force: false },
    { set: "B", template: "Mug 11oz", designs: ["1"], colours: null, force: false },
  ]);
});
