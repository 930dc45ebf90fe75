import { Button, Skeleton } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { auditQuery } from "~/api/queries";
import { ProblemNote } from "~/ui/ProblemNote";
import { ago, moment } from "~/ui/words";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

/** What was done in the shop that matters later, and by whom. */
export function Audit() {
  const found = useInfiniteQuery(auditQuery);
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={400} radius="lg" />;
  const entries = found.data.pages.flatMap((page) => page.items);
  return (
    <>
      <SectionHead title="Record" words="What was done in the shop that matters later, and by whom." />
      <ul className={`card ${css.lines}`}>
        {entries.map((one) => (
          <li key={one.id}>
            <div className={css.grow}>
              <strong>{one.action.replaceAll("_", " ")}</strong>
              {one.subject && <span className="muted"> · {one.subject}</span>}
              <div className="muted">
                {one.actor}
                {one.address ? ` from ${one.address}` : ""}
              </div>
            </div>
            <time className="muted" dateTime={one.at} title={moment(one.at)}>
              {ago(one.at)}
            </time>
          </li>
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
