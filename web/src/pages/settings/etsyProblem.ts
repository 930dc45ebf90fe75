import { Problem } from "~/api/problem";
import type { EtsyProblem } from "~/api/schema";

/** What is told of a connection, as a problem to be shown. */
export function asProblem(told: EtsyProblem): Problem {
  return new Problem(409, { code: told.code, detail: told.message, remedy: told.remedy });
}
