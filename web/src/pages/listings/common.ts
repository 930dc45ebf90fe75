import type { PlanProblem, PlanRow } from "~/api/schema";
import { isOwn } from "./plan";

/** A problem that the listing template has, and not single designs. */
export interface Common {
  problem: PlanProblem;
  count: number;
}

/** From so many rows on, a problem is told once above them, too. */
const LEAST = 3;

/** Problems that several rows have word for word, although nothing of them was set for the design: most rows first. */
export function commonOf(rows: readonly PlanRow[]): Common[] {
  const found = new Map<string, Common>();
  for (const row of rows) {
    for (const problem of row.problems) {
      if (isOwn(row, problem.field) || problem.code === "pictures_missing") continue;
      const key = `${problem.field} ${problem.code} ${problem.message}`;
      const before = found.get(key);
      found.set(key, { problem, count: (before?.count ?? 0) + 1 });
    }
  }
  return [...found.values()].filter((one) => one.count >= LEAST).sort((a, b) => b.count - a.count);
}
