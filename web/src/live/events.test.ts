import { expect, test } from "vitest";
import { type LiveEvent, staleAfter } from "./events";

const event = (change: Partial<LiveEvent>): LiveEvent => ({
  id: 1,
  subject: "upload",
  subject_id: "u",
  kind: "progress",
  at: "",
  data: {},
  ...change,
});

test("progress of an upload makes its own lists stale, its end all that it changed", () => {
  expect(staleAfter(event({})).flat()).toEqual(["uploads"]);
  expect(staleAfter(event({ kind: "state" })).flat()).toContain("designs");
});

test("mockups are read again when a rendering has ended, not at each of its steps", () => {
  const job = { subject: "job" as const, data: { kind: "render_mockups" } };
  expect(staleAfter(event({ ...job, kind: "progress" })).flat()).not.toContain("mockups");
  expect(staleAfter(event({ ...job, kind: "completed" })).flat()).toContain("mockups");
});

test("each draft that is made is seen at once, and what it took of the calls", () => {
  const stale = staleAfter(event({ subject: "job", subject_id: "j", data: { kind: "make_drafts" } }));
  expect(stale).toContainEqual(["listings", "drafts"]);
  expect(stale).toContainEqual(["etsy", "budget"]);
  expect(stale).not.toContainEqual(["jobs"]);
});
