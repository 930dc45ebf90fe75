import { CircleAlert } from "lucide-react";
import { Link } from "react-router";
import type { PlanRow } from "~/api/schema";
import css from "./CommonProblems.module.css";
import { commonOf } from "./common";
import { sentence } from "./problems";

/** What is wrong with the listing template, and so with many rows: mended once. */
export function CommonProblems({ rows, template }: { rows: PlanRow[]; template: number }) {
  const common = commonOf(rows);
  if (common.length === 0) return null;
  return (
    <ul className={css.common} aria-label="The same in several designs">
      {common.map(({ problem, count }) => (
        <li key={problem.field + problem.message}>
          <CircleAlert size={18} aria-hidden />
          <span>
            <strong>The same in {count} designs:</strong> {sentence(problem)}{" "}
            <Link to={`/listings/templates/${template}#${problem.field}`}>Mend it once, in the listing template</Link>
          </span>
        </li>
      ))}
    </ul>
  );
}
