import { Pause, UploadCloud } from "lucide-react";
import { Link, useLocation } from "react-router";
import { duration } from "~/ui/words";
import { useUploads } from "./engine";
import { isOver, totalsOf } from "./types";
import css from "./UploadPill.module.css";

/** How far the uploads are, on pages other than theirs. */
export function UploadPill() {
  const going = useUploads().filter((batch) => !isOver(batch));
  const here = useLocation().pathname === "/upload";
  if (going.length === 0 || here) return null;
  let done = 0;
  let all = 0;
  for (const batch of going) {
    const totals = totalsOf(batch);
    // Sending and taking in count as one half each.
    done += totals.bytes ? (totals.sent / totals.bytes) * totals.count * 0.5 : 0;
    done += (totals.stored + totals.duplicate + totals.failed) * 0.5;
    all += totals.count;
  }
  const share = all ? Math.min(1, done / all) : 0;
  const left = going.length === 1 ? going[0]?.left : null;
  const paused = going.every((batch) => batch.paused || batch.state === "absent");
  const Icon = paused ? Pause : UploadCloud;
  return (
    <Link to="/upload" className={css.pill}>
      <span className={css.words}>
        <Icon size={16} aria-hidden />
        {paused ? "Upload paused" : `Uploading ${all} ${all === 1 ? "file" : "files"}`}
      </span>
      <span className={css.bar}>
        <span className={css.done} style={{ width: `${share * 100}%` }} />
      </span>
      <span className={`${css.left} number`}>
        {Math.round(share * 100)} %{left ? ` · ${duration(left)} left` : ""}
      </span>
    </Link>
  );
}
