import { expect, it } from "vitest";
import { complete, type Doc } from "./model";
import { reduce, start } from "./store";

const named = (name: string) => (doc: Doc) => ({ ...doc, name });
const begin = () => start(complete({ name: "a", picture: [] }));

it("undoes and does again", () => {
  let state = reduce(begin(), { type: "edit", change: named("b") });
  state = reduce(state, { type: "edit", change: named("c") });
  state = reduce(state, { type: "undo" });
  expect(state.doc.name).toBe("b");
  state = reduce(state, { type: "redo" });
  expect(state.doc.name).toBe("c");
  state = reduce(reduce(state, { type: "undo" }), { type: "edit", change: named("d") });
  expect(state.future).toEqual([]);
});

it("undoes a drag in one step, and two drags in two", () => {
  let state = begin();
  for (const name of ["b", "c", "d"]) state = reduce(state, { type: "edit", change: named(name), gesture: "drag" });
  state = reduce(state, { type: "settle" });
  state = reduce(state, { type: "edit", change: named("e"), gesture: "drag" });
  state = reduce(state, { type: "undo" });
  expect(state.doc.name).toBe("d");
  expect(reduce(state, { type: "undo" }).doc.name).toBe("a");
});

it("selects only what there is", () => {
  const state = reduce(begin(), { type: "select", at: { picture: 4, area: 2, point: 1 } });
  expect(state.at).toEqual({ picture: 0, area: null, point: null });
});
