import { Problem } from "~/api/problem";
import type { EtsyProblem } from "~/api/schema";

/** What is told of a connection, as a problem to be shown. */
export function asProblem(told: EtsyProblem): Problem {
  return onPage(new Problem(409, { code: told.code, detail: told.message, remedy: told.remedy }));
}

/** The server's words name commands of the terminal; here a button does it. */
export function onPage(error: unknown): Problem {
  const problem = Problem.from(error);
  if (!problem.remedy.includes("`printdock ")) return problem;
  return new Problem(problem.status, {
    code: problem.code,
    detail: problem.message,
    remedy: "Press “Connect Etsy” again, and take the address you land on then.",
    errors: problem.fields,
  });
}
