import { type Batch, isOver, type Totals } from "~/upload/types";
import css from "./OutcomeBar.module.css";

/** One bar for all of an upload: what is decided in its colours, what is there, what is still to come. */
export function OutcomeBar({ batch, totals }: { batch: Batch; totals: Totals }) {
  const decided = totals.stored + totals.duplicate + totals.failed;
  const share = (count: number) => (totals.count ? (count / totals.count) * 100 : 0);
  const sent = totals.bytes ? Math.max(0, (totals.sent / totals.bytes) * 100 - share(decided)) : 0;
  const percent = isOver(batch)
    ? 100
    : Math.round((share(decided) + (totals.bytes ? (totals.sent / totals.bytes) * 100 : 0)) / 2);
  return (
    <div
      className={css.bar}
      role="progressbar"
      aria-label={`Upload for ${batch.template}`}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      data-still={batch.paused || batch.state === "absent"}
    >
      <span className={css.stored} style={{ width: `${share(totals.stored)}%` }} />
      <span className={css.duplicate} style={{ width: `${share(totals.duplicate)}%` }} />
      <span className={css.failed} style={{ width: `${share(totals.failed)}%` }} />
      <span
        className={css.sent}
        style={{ width: `${sent}%` }}
        data-busy={batch.state === "processing" || batch.state === "queued"}
      />
    </div>
  );
}
