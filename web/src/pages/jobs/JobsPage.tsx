import { Button, Skeleton, Tabs } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, ListChecks, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { type JobFilter, jobCountsQuery, jobsQuery } from "~/api/queries";
import type { Counts } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { many } from "~/ui/words";
import { JobRow } from "./JobRow";
import css from "./Jobs.module.css";

const TABS = {
  now: { label: "Under way", filter: { state: ["processing", "pending", "paused"] } as JobFilter },
  failed: { label: "Failed", filter: { state: ["failed"] } as JobFilter },
  done: { label: "Done", filter: { state: ["completed", "cancelled"] } as JobFilter },
};
type Tab = keyof typeof TABS;

/** What runs in the background, what waits, what failed and why. */
export function JobsPage() {
  const [params, setParams] = useSearchParams();
  const asked = params.get("show");
  const tab: Tab = asked === "failed" || asked === "done" ? asked : "now";
  const counts = useQuery(jobCountsQuery).data;
  return (
    <>
      <PageHead title="Jobs" words="Work in the background. It goes on when you close this page.">
        {tab === "failed" && counts && counts.failed > 0 && <RetryAll />}
      </PageHead>
      <Tabs
        value={tab}
        onChange={(value) => setParams(value && value !== "now" ? { show: value } : {}, { replace: true })}
      >
        <Tabs.List mb="md">
          {(Object.keys(TABS) as Tab[]).map((name) => (
            <Tabs.Tab key={name} value={name} rightSection={countOf(name, counts)}>
              {TABS[name].label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <List tab={tab} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function countOf(of: Tab, counts: Counts | undefined): ReactNode {
  if (!counts) return null;
  const count = of === "now" ? counts.pending + counts.processing + counts.paused : of === "failed" ? counts.failed : 0;
  return count ? <span className={`${css.count} number`}>{count}</span> : null;
}

function List({ tab }: { tab: Tab }) {
  const found = useInfiniteQuery(jobsQuery(TABS[tab].filter));
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={220} radius="lg" />;
  const jobs = found.data.pages.flatMap((page) => page.items);
  if (jobs.length === 0) return <Nothing tab={tab} />;
  return (
    <>
      <ul className={`card ${css.list}`}>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="subtle" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
          Show more
        </Button>
      )}
    </>
  );
}

function Nothing({ tab }: { tab: Tab }) {
  if (tab === "failed") {
    return (
      <EmptyState
        icon={CircleCheck}
        title="Nothing has failed"
        words="What fails after its last try waits here, with what to do."
      />
    );
  }
  return (
    <EmptyState
      icon={ListChecks}
      title={tab === "now" ? "Nothing is under way" : "Nothing was done yet"}
      words="Uploads being taken in, mockups being rendered and checks of the library are shown here as they go on."
    />
  );
}

function RetryAll() {
  const may = useMay("write");
  const retry = useMutation({
    mutationFn: () => body(api.POST("/api/v1/jobs/retry-failed")),
    onSuccess: (now) => tell(`${many(now.retried.length, "job")} to be tried again.`),
  });
  if (!may) return null;
  return (
    <Button
      variant="default"
      leftSection={<RotateCw size={16} aria-hidden />}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
    >
      Try all again
    </Button>
  );
}
