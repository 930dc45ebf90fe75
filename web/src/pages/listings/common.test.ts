import { expect, test } from "vitest";
import type { PlanRow } from "~/api/schema";
import { commonOf } from "./common";

const problem = (field: string, code: string, message: string) => ({ field, code, message, remedy: "" });
const row = (edits: object, ...problems: ReturnType<typeof problem>[]) => ({ edits, problems }) as unknown as PlanRow;

test("what the template gets wrong is told once, what a design gets wrong is not", () => {
  const long = problem("tags", "tag_long", "Tags: too long.");
  const rows = [row({}, long), row({}, long), row({}, long), row({ tags: ["a"] }, long)];
  expect(commonOf(rows)).toEqual([{ problem: long, count: 3 }]);
  expect(commonOf(rows.slice(1))).toEqual([]);
});

test("missing mockups are each design's own matter", () => {
  const none = problem("mockup_sets", "pictures_missing", "Mockup sets: there is no mockup of this design.");
  expect(commonOf([row({}, none), row({}, none), row({}, none)])).toEqual([]);
});
