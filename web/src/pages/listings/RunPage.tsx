import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, CircleAlert, Trash2, X } from "lucide-react";
import { useState } from "react";
import { Link, useParams } from "react-router";
import { api, body } from "~/api/client";
import { listingsQuery, listingTemplatesQuery } from "~/api/listings";
import { jobQuery, keys } from "~/api/queries";
import type { JobOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { progressOf, stateOf } from "~/pages/jobs/words";
import { Chip } from "~/ui/Chip";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { duration, many, moment } from "~/ui/words";
import { DraftList } from "./DraftList";
import css from "./Listings.module.css";
import { plainly } from "./problems";
import { RemoveDrafts, type Removing } from "./RemoveDrafts";
import { Trademark } from "./Trademark";

/** Drafts being made, or deleted: how far it is, then what became of each. */
export function RunPage() {
  const { job = "" } = useParams();
  const found = useQuery(jobQuery(job));
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={320} radius="lg" />;
  return <Run key={job} job={found.data} />;
}

function Run({ job }: { job: JobOut }) {
  const removes = job.kind === "remove_drafts";
  const [removing, setRemoving] = useState<Removing | null>(null);
  const may = useMay("write");
  const made = count(job, "created", "changed", "same");
  return (
    <>
      <Link to="/listings" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> Listings
      </Link>
      <PageHead title={titleOf(job)} words={job.finished_at ? undefined : "It goes on when you close this page."}>
        {may && !job.finished_at && <Cancel job={job} />}
        {may && job.finished_at && !removes && count(job, "created") > 0 && (
          <Button
            variant="default"
            leftSection={<Trash2 size={16} aria-hidden />}
            onClick={() => setRemoving({ job: job.id })}
          >
            Undo: delete these drafts
          </Button>
        )}
        {job.finished_at && made > 0 && (
          <Button component={Link} to="/listings">
            All drafts
          </Button>
        )}
      </PageHead>
      <Standing job={job} />
      <Problems job={job} />
      {!removes && <Results job={job} remove={(listings) => setRemoving({ listings })} />}
      {removing && <RemoveDrafts what={removing} close={() => setRemoving(null)} />}
      <Trademark />
    </>
  );
}

/** When a run goes on that used up the day's calls; another job does the rest then. */
function parkedUntil(job: JobOut): string | undefined {
  return (job.result as { until?: string } | null)?.until;
}

function titleOf(job: JobOut): string {
  const over = job.finished_at !== null;
  if (parkedUntil(job)) return "Drafts wait for Etsy";
  if (job.kind === "remove_drafts") return over ? "Drafts deleted" : "Deleting drafts";
  return over ? "Drafts made" : "Making drafts";
}

/** How a person calls what became of a draft. */
const OUTCOMES: Record<string, { words: string; tone: "ok" | "warn" | "bad" | "plain" }> = {
  created: { words: "made", tone: "ok" },
  changed: { words: "updated", tone: "ok" },
  same: { words: "up to date", tone: "plain" },
  published: { words: "published, left alone", tone: "plain" },
  refused: { words: "with problems, left out", tone: "bad" },
  failed: { words: "failed", tone: "bad" },
  waiting: { words: "waiting", tone: "warn" },
  ask: { words: "to be chosen by you", tone: "warn" },
  gone: { words: "not at Etsy any more", tone: "plain" },
  removed: { words: "deleted", tone: "ok" },
  never_made: { words: "never made", tone: "plain" },
  edited: { words: "changed by you, left alone", tone: "warn" },
};

function outcomesOf(job: JobOut): Record<string, number> {
  const told = (job.result as { outcomes?: Record<string, number> } | null)?.outcomes;
  return told ?? (job.progress as { outcomes?: Record<string, number> } | null)?.outcomes ?? {};
}

function count(job: JobOut, ...names: string[]): number {
  const outcomes = outcomesOf(job);
  return names.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0);
}

function Standing({ job }: { job: JobOut }) {
  const progress = progressOf(job);
  const state = stateOf(job);
  const share = progress ? (progress.done / progress.total) * 100 : 0;
  const parked = parkedUntil(job);
  const later = Date.parse(job.run_at) - Date.now();
  return (
    <section className={`card ${css.standing}`} aria-label="How far it is">
      <div className={css.standingHead}>
        {parked ? <Chip tone="warn">Waiting</Chip> : <Chip tone={state.tone}>{state.words}</Chip>}
        <span role="status" className="number">
          {progress && !job.finished_at && `${progress.done} of ${progress.total}`}
          {job.finished_at && job.state === "completed" && !parked && "All is done."}
          {job.state === "cancelled" && "Cancelled: what was made stays."}
        </span>
      </div>
      {!job.finished_at && (
        <span
          className={css.track}
          role="progressbar"
          aria-label="Drafts"
          aria-valuenow={Math.round(share)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <span className={css.fill} style={{ width: `${share}%` }} />
        </span>
      )}
      <p className={css.outcomes}>
        {Object.entries(outcomesOf(job)).map(([name, number]) => (
          <Chip key={name} tone={OUTCOMES[name]?.tone ?? "plain"}>
            {number} {OUTCOMES[name]?.words ?? name}
          </Chip>
        ))}
      </p>
      {parked && (
        <p className={css.warn}>The calls of the day are used up. It goes on by itself at {moment(parked)}.</p>
      )}
      {job.state === "pending" && job.error && later > 0 && (
        <p className={css.warn}>
          {job.error.message} Next try in {duration(later / 1000)}.
        </p>
      )}
      {job.state === "failed" && job.error && (
        <p className={css.bad}>
          {job.error.message} {plainly(job.error.remedy)}
        </p>
      )}
    </section>
  );
}

interface Told {
  number?: number;
  listing?: string;
  outcome: string;
  differs?: string[];
  error?: { message: string; remedy: string };
}

/** What did not go as wished, by number. */
function Problems({ job }: { job: JobOut }) {
  const told = ((job.result as { problems?: Told[] } | null)?.problems ?? []).filter((one) => one.number !== undefined);
  if (told.length === 0) return null;
  return (
    <section className={css.told} aria-label="Problems">
      <div className={css.standingHead}>
        <h2>{many(told.length, "design")} to look at</h2>
        <ToPlan job={job} />
      </div>
      <ul>
        {told.map((one) => (
          <li key={one.listing ?? one.number}>
            <CircleAlert size={16} aria-hidden />
            <span>
              <strong className="number">No. {one.number}</strong>{" "}
              {one.error ? reasonOf(one.error) : OUTCOMES[one.outcome]?.words}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A refused draft's message says how each problem is mended already. */
function reasonOf({ message, remedy }: { message: string; remedy: string }): string {
  return plainly(message.includes(remedy) ? message : `${message} ${remedy}`);
}

/** Where they are mended: each in its cell. */
function ToPlan({ job }: { job: JobOut }) {
  const name = (job.input as { template?: string }).template;
  const template = useQuery(listingTemplatesQuery).data?.find((one) => one.name === name);
  if (!template) return null;
  return <Link to={`/listings/new?template=${template.id}`}>Mend them in the plan</Link>;
}

function Results({ job, remove }: { job: JobOut; remove: (ids: string[]) => void }) {
  const found = useInfiniteQuery(listingsQuery({ job: job.id }));
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  const drafts = found.data?.pages.flatMap((page) => page.items) ?? [];
  if (drafts.length === 0) return null;
  return (
    <>
      <DraftList drafts={drafts} picked={null} pick={() => {}} remove={remove} />
      {found.hasNextPage && (
        <Button variant="subtle" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
          Show more
        </Button>
      )}
    </>
  );
}

function Cancel({ job }: { job: JobOut }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => body(api.POST("/api/v1/jobs/{job}/cancel", { params: { path: { job: job.id } } })),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.jobs }),
  });
  return (
    <Button
      variant="default"
      leftSection={<X size={16} aria-hidden />}
      loading={cancel.isPending || job.asked === "cancel"}
      onClick={() => cancel.mutate()}
    >
      Cancel
    </Button>
  );
}
