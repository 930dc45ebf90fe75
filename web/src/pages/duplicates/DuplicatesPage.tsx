import { Button, Checkbox, SegmentedControl, Skeleton } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { CopyCheck, History } from "lucide-react";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { duplicatesQuery, type MatchFilter } from "~/api/queries";
import type { MatchOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { Comparison } from "./Comparison";
import css from "./Duplicates.module.css";
import { decide, undo, useHeld, type Word } from "./decisions";
import { Queue } from "./Queue";

type Shown = "waiting" | "duplicate" | "similar" | "decided";

/** What was refused or flagged, picture beside picture, for a person to decide. */
export function DuplicatesPage() {
  const [shown, setShown] = useState<Shown>("waiting");
  const found = useInfiniteQuery(duplicatesQuery(filterOf(shown)));
  const held = useHeld();
  const all = useMemo(() => {
    const items = found.data?.pages.flatMap((page) => page.items) ?? [];
    return items.filter((one) => !held.has(one.id));
  }, [found.data, held]);
  return (
    <>
      <PageHead
        title="Duplicates"
        words="What was refused because the shop has it, and what was stored but looks alike."
      >
        <SegmentedControl
          value={shown}
          onChange={(value) => setShown(value as Shown)}
          aria-label="Which matches"
          data={[
            { value: "waiting", label: "To decide" },
            { value: "duplicate", label: "Refused" },
            { value: "similar", label: "Similar" },
            { value: "decided", label: "Decided" },
          ]}
        />
      </PageHead>
      {found.isError ? (
        <ProblemNote error={found.error} again={() => void found.refetch()} />
      ) : found.isPending ? (
        <Skeleton height={480} radius="lg" />
      ) : all.length === 0 ? (
        <Nothing shown={shown} />
      ) : (
        <Desk
          all={all}
          more={found.hasNextPage ? () => void found.fetchNextPage() : null}
          decided={shown === "decided"}
        />
      )}
    </>
  );
}

function filterOf(shown: Shown): MatchFilter {
  if (shown === "duplicate" || shown === "similar") return { kind: shown };
  return shown === "decided" ? { decision: "any" } : {};
}

/** The queue, and the match that is looked at. */
function Desk({ all, more, decided }: { all: MatchOut[]; more: (() => void) | null; decided: boolean }) {
  const queries = useQueryClient();
  const may = useMay("write");
  const [params, setParams] = useSearchParams();
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const wanted = Number(params.get("match"));
  const at = Math.max(
    0,
    all.findIndex((one) => one.id === wanted),
  );
  const match = all[at];
  const look = (id: number) => setParams({ match: String(id) }, { replace: true });
  const go = (step: number) => {
    const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
    if (next) look(next.id);
    if (more && at + step > all.length - 5) more();
  };
  const settle = (word: Word | "undo") => {
    if (!may || decided !== (word === "undo")) return;
    const chosen = all.filter((one) => picked.has(one.id));
    const those = chosen.length > 0 ? chosen : match ? [match] : [];
    const rest = all.filter((one) => !those.includes(one));
    const next = rest[Math.min(rest.length - 1, rest.filter((one) => all.indexOf(one) < at).length)];
    void (word === "undo" ? undo(those, queries) : decide(those, word, queries));
    setPicked(new Set());
    if (next) look(next.id);
  };
  const pick = (id: number) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  const unlessSlider = (step: number) => (event: KeyboardEvent) => {
    if (!(event.target as Element).closest("[role=slider]")) go(step);
  };
  useHotkeys([
    ["ArrowDown", unlessSlider(1)],
    ["ArrowUp", unlessSlider(-1)],
    ["ArrowRight", unlessSlider(1)],
    ["ArrowLeft", unlessSlider(-1)],
  ]);
  // Also where a checkbox or a choice has the focus: nothing is written on this page.
  useHotkeys(
    [
      ["k", () => settle("keep")],
      ["d", () => settle("drop")],
      ["r", () => settle("replace")],
      ["u", () => settle("undo")],
      ["x", () => match && pick(match.id)],
    ],
    ["TEXTAREA", "SELECT"],
  );
  if (!match) return null;
  return (
    <div className={css.desk}>
      <div className={css.side}>
        {may && all.length > 1 && (
          <div className={css.bulk}>
            <Checkbox
              label={picked.size ? `${picked.size} picked` : "Pick all"}
              checked={picked.size === all.length}
              indeterminate={picked.size > 0 && picked.size < all.length}
              onChange={() => setPicked(picked.size === all.length ? new Set() : new Set(all.map((one) => one.id)))}
            />
          </div>
        )}
        <Queue all={all} shown={match.id} look={look} picked={may ? picked : null} pick={pick} />
        {more && (
          <Button variant="subtle" fullWidth onClick={more}>
            Show more
          </Button>
        )}
      </div>
      <Comparison
        key={match.id}
        match={match}
        place={`${at + 1} of ${all.length}${more ? "+" : ""}`}
        go={go}
        settle={may ? settle : null}
        many={picked.size}
      />
    </div>
  );
}

function Nothing({ shown }: { shown: Shown }) {
  if (shown === "decided") {
    return <EmptyState icon={History} title="Nothing was decided yet" words="What you keep or drop is listed here." />;
  }
  return (
    <EmptyState
      icon={CopyCheck}
      title="Nothing waits for you"
      words="When an upload brings art that the shop has, or that looks much like some, it is shown here beside what it was compared with."
    />
  );
}
