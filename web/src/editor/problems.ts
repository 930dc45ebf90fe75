import type { PackProblem } from "~/api/schema";

export type Place = (string | number)[];

/** The problems at `place` and below it. */
export function problemsAt(problems: PackProblem[], ...place: Place): PackProblem[] {
  return problems.filter((one) => place.every((part, k) => one.place[k] === part));
}

/** The words of the problem with one field, for under it. */
export function fieldError(problems: PackProblem[], ...place: Place): string | undefined {
  const found = problemsAt(problems, ...place).find((one) => one.level === "error");
  return found && plain(found.message);
}

/** Without the places that messages begin with: they are shown at their place. */
export function plain(message: string): string {
  const words = message
    .replace(/^[^:]{1,100}: (?=Print area|The |There )/, "")
    .replace(/^picture \d+(, [a-z_]+( \d+)?)* /, "");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
