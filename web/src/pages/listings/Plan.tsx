import { Button, Loader, SegmentedControl, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useEffect, useState } from "react";
import { planQuery } from "~/api/listings";
import type { ListingTemplateOut, PlanOut, PlanRow } from "~/api/schema";
import { useMay } from "~/app/me";
import { ProblemNote } from "~/ui/ProblemNote";
import { CommonProblems } from "./CommonProblems";
import { CreateBar } from "./CreateBar";
import css from "./Plan.module.css";
import { PlanList } from "./PlanList";
import { PlanPreview } from "./PlanPreview";
import { works } from "./plan";
import { useEdits } from "./useEdits";

type Show = "all" | "problems" | "works";

interface Props {
  template: ListingTemplateOut;
  /** Null: all of the product. */
  designs: string[] | null;
  shop: string;
}

/** What drafts of these designs would say, with every problem in its cell, and the button that makes them. */
export function Plan({ template, designs, shop }: Props) {
  const asked = { template: template.name, designs };
  const found = useInfiniteQuery(planQuery(asked));
  const may = useMay("write");
  const edits = useEdits(template.id, asked);
  const [show, setShow] = useState<Show>("all");
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [looked, setLooked] = useState<string | null>(null);
  const first = found.data?.pages[0];
  const more = found.hasNextPage && !found.isFetchingNextPage;
  const whole = show !== "all" || left.size > 0;
  const fetchNext = found.fetchNextPage;
  // What is filtered, or made in part, has to be known to its end.
  useEffect(() => {
    if (whole && more) void fetchNext();
  }, [whole, more, fetchNext]);
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (!first) return <Skeleton height={480} radius="lg" />;
  const rows = found.data?.pages.flatMap((page) => page.rows) ?? [];
  const shown = rows.filter((row) => shows(show, row));
  const row = rows.find((one) => one.design === looked) ?? null;
  const leave = (design: string, out: boolean) => {
    const next = new Set(left);
    if (out) next.add(design);
    else next.delete(design);
    setLeft(next);
  };
  const desk = {
    template: template.id,
    limits: first.limits,
    currency: rows[0]?.draft.currency ?? "",
    may,
    left,
    leave,
    look: (one: PlanRow) => setLooked(one.design),
    save: edits.save,
  };
  return (
    <section aria-label="The plan" aria-busy={found.isFetching}>
      <Filter plan={first} show={show} setShow={setShow} />
      <CommonProblems rows={rows} template={template.id} />
      {shown.length > 0 ? (
        <PlanList rows={shown} desk={desk} />
      ) : (
        <Nothing plan={first} show={show} busy={whole && more} />
      )}
      {found.hasNextPage && (
        <div className={css.more}>
          {whole ? (
            <span role="status">
              <Loader size="xs" aria-hidden /> Looked through {rows.length} of {first.total}
            </span>
          ) : (
            <Button variant="subtle" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
              Show more: {rows.length} of {first.total} are shown
            </Button>
          )}
        </div>
      )}
      {may && <CreateBar plan={first} rows={rows} left={left} whole={!found.hasNextPage} asked={asked} />}
      <PlanPreview row={row} close={() => setLooked(null)} shop={shop} desk={desk} />
    </section>
  );
}

function shows(show: Show, row: PlanRow): boolean {
  if (show === "problems") return row.problems.length > 0 || row.action === "ask";
  return show === "all" || works(row.action);
}

function Filter({ plan, show, setShow }: { plan: PlanOut; show: Show; setShow: (show: Show) => void }) {
  const count = (...actions: string[]) =>
    Object.entries(plan.actions).reduce((sum, [name, many]) => sum + (actions.includes(name) ? (many ?? 0) : 0), 0);
  const data = [
    { value: "all", label: `All ${plan.total}` },
    { value: "problems", label: `With problems ${count("refused", "ask")}` },
    { value: "works", label: `To be made ${count("create", "change", "finish")}` },
  ];
  return (
    <SegmentedControl
      className={css.filter}
      aria-label="Which rows"
      data={data}
      value={show}
      onChange={(value) => setShow(value as Show)}
    />
  );
}

function Nothing({ plan, show, busy }: { plan: PlanOut; show: Show; busy: boolean }) {
  if (busy) return null;
  const words =
    plan.total === 0
      ? "No design has a print file for this product yet."
      : show === "problems"
        ? "No row has a problem: all of it can go."
        : "Nothing is to be made: all drafts are up to date.";
  return (
    <p className={css.nothing}>
      <CircleCheck size={18} aria-hidden /> {words}
    </p>
  );
}
