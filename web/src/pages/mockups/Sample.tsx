import { Loader } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { jobQuery, mockupsQuery } from "~/api/queries";
import { progressOf } from "~/pages/jobs/words";
import { Gallery } from "~/ui/Gallery";
import { ProblemNote } from "~/ui/ProblemNote";
import css from "./Render.module.css";

/** What the sample shows, as soon as it is rendered. */
export function Sample({ job, set, designs }: { job: string; set: string; designs: string[] }) {
  const found = useQuery(jobQuery(job));
  const done = found.data?.state === "completed";
  const mockups = useInfiniteQuery({ ...mockupsQuery({ set }), enabled: done });
  if (found.isError) return <ProblemNote error={found.error} />;
  if (found.data?.error && !done)
    return <ProblemNote error={new Error(`${found.data.error.message} ${found.data.error.remedy}`)} />;
  if (!done || mockups.isPending) {
    const progress = found.data ? progressOf(found.data) : null;
    return (
      <p className={css.waiting} role="status">
        <Loader size="xs" aria-hidden />
        {progress ? `${progress.done} of ${progress.total} rendered` : "The sample is being rendered"}
      </p>
    );
  }
  const wanted = new Set(designs);
  const all = mockups.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = all.filter((one) => wanted.size === 0 || wanted.has(one.design)).slice(0, 10);
  if (shown.length === 0)
    return <p className="muted">Nothing was rendered: no design has a print file for this set's template.</p>;
  return <Gallery mockups={shown} />;
}
