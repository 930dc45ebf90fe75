import { Button, Checkbox } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { FilePlus2 } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import type { Planning } from "~/api/listings";
import type { PlanOut, PlanRow } from "~/api/schema";
import { selection } from "~/pages/designs/selection";
import { duration, many, moment } from "~/ui/words";
import css from "./CreateBar.module.css";
import { works } from "./plan";

interface Props {
  plan: PlanOut;
  rows: PlanRow[];
  /** Designs that are left out. */
  left: ReadonlySet<string>;
  /** Whether `rows` are all there are. */
  whole: boolean;
  asked: Planning;
}

/** What would be sent, what it takes of today's calls, and the button that sends it. */
export function CreateBar({ plan, rows, left, whole, asked }: Props) {
  const navigate = useNavigate();
  const [again, setAgain] = useState(false);
  const counts = countsOf(plan, rows, left, again);
  const make = useMutation({
    mutationFn: () =>
      body(
        api.POST("/api/v1/listings", {
          body: {
            template: asked.template,
            designs: left.size > 0 ? chosen(rows, left, again) : asked.designs,
            overwrite: false,
            published: false,
            again,
            priority: "normal",
          },
        }),
      ),
    onSuccess: (job) => {
      selection.clear();
      void navigate(`/listings/runs/${job.id}`);
    },
  });
  const gone = plan.actions.gone ?? 0;
  const ready = left.size === 0 || whole;
  return (
    <div className={css.bar} role="toolbar" aria-label="Make the drafts">
      <div className={css.words}>
        <Calls plan={plan} />
        {(plan.actions.refused ?? 0) > 0 && (
          <span className={css.bad}>{many(plan.actions.refused ?? 0, "design")} with problems will be left out.</span>
        )}
        {gone > 0 && (
          <Checkbox
            size="xs"
            label={`Make the ${gone} deleted at Etsy anew`}
            checked={again}
            onChange={(event) => setAgain(event.currentTarget.checked)}
          />
        )}
      </div>
      <Button
        leftSection={<FilePlus2 size={17} aria-hidden />}
        loading={make.isPending || !ready}
        disabled={counts.fresh + counts.others === 0}
        onClick={() => make.mutate()}
      >
        {label(counts)}
      </Button>
    </div>
  );
}

interface Counts {
  fresh: number;
  others: number;
}

function countsOf(plan: PlanOut, rows: PlanRow[], left: ReadonlySet<string>, again: boolean): Counts {
  const out = (action: PlanRow["action"]) => rows.filter((row) => row.action === action && left.has(row.design)).length;
  const of = (action: PlanRow["action"]) => (plan.actions[action] ?? 0) - out(action);
  return { fresh: of("create") + (again ? of("gone") : 0), others: of("change") + of("finish") };
}

function chosen(rows: PlanRow[], left: ReadonlySet<string>, again: boolean): string[] {
  const taken = rows.filter((row) => works(row.action) || (again && row.action === "gone"));
  return taken.filter((row) => !left.has(row.design)).map((row) => row.design);
}

function label({ fresh, others }: Counts): string {
  if (fresh === 0 && others === 0) return "Nothing to make";
  if (others === 0) return `Create ${many(fresh, "draft")}`;
  if (fresh === 0) return `Update ${many(others, "draft")}`;
  return `Create ${fresh}, update ${others}`;
}

/** The budget: what the plan takes of what Etsy still allows today. */
function Calls({ plan }: { plan: PlanOut }) {
  const { budget, calls } = plan;
  if (budget.parked_until) {
    return (
      <span className={css.warn}>
        Today's calls are used up. What you start now goes on by itself at {moment(budget.parked_until)}.
      </span>
    );
  }
  if (calls === 0) return <span className="muted">It takes no calls to Etsy.</span>;
  const left = budget.left_today;
  return (
    <span className={`${plan.enough === false ? css.warn : "muted"} number`}>
      {many(calls, "call")} to Etsy
      {left !== null && ` of ${left.toLocaleString("en")} left today`}, about {duration(plan.seconds)}.
      {plan.enough === false && " What does not fit today goes on by itself when Etsy allows more."}
    </span>
  );
}
