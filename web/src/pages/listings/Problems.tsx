import { CircleAlert } from "lucide-react";
import { Link } from "react-router";
import type { PlanProblem } from "~/api/schema";
import css from "./Problems.module.css";
import { placeOf, remedy, sentence } from "./problems";

/** What is wrong with a cell, and how it is mended, in words. */
export function Problems({ problems, template }: { problems: readonly PlanProblem[]; template: number }) {
  if (problems.length === 0) return null;
  return (
    <ul className={css.problems}>
      {problems.map((one) => {
        const place = placeOf(one, template);
        return (
          <li key={one.field + one.code + one.message} data-code={one.code}>
            <CircleAlert size={15} aria-hidden />
            <span>
              <strong>{sentence(one)}</strong> {remedy(one)} {place && <Link to={place.to}>{place.words}</Link>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
