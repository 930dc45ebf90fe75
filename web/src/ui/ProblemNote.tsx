import { Button } from "@mantine/core";
import { CircleAlert, RotateCw, WifiOff } from "lucide-react";
import { Problem } from "~/api/problem";
import css from "./ProblemNote.module.css";

/** What went wrong, and what to do about it, in place of what could not be shown. */
export function ProblemNote({ error, again }: { error: unknown; again?: () => void }) {
  const problem = Problem.from(error);
  const Icon = problem.status === 0 ? WifiOff : CircleAlert;
  return (
    <div className={css.note} role="alert">
      <Icon size={22} aria-hidden className={css.icon} />
      <div>
        <p className={css.what}>{problem.message}</p>
        {problem.remedy && <p className={css.remedy}>{problem.remedy}</p>}
        {problem.fields.length > 0 && (
          <ul className={css.fields}>
            {problem.fields.map((field) => (
              <li key={field.where + field.code}>
                {field.where.replace(/^body\./, "")}: {field.message}
              </li>
            ))}
          </ul>
        )}
        {again && (
          <Button mt="sm" size="xs" variant="default" leftSection={<RotateCw size={14} aria-hidden />} onClick={again}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
