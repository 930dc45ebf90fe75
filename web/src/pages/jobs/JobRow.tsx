import { ActionIcon, Tooltip } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, type LucideIcon, Pause, Play, RotateCw, X } from "lucide-react";
import { Link } from "react-router";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { JobOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { Chip } from "~/ui/Chip";
import { useDownload } from "~/ui/useDownload";
import { ago, duration, moment } from "~/ui/words";
import css from "./Jobs.module.css";
import { detailOf, iconOf, progressOf, resultOf, stateOf, titleOf } from "./words";

export function JobRow({ job }: { job: JobOut }) {
  const Icon = iconOf(job);
  const state = stateOf(job);
  const detail = detailOf(job);
  return (
    <li className={css.row} data-state={job.state}>
      <span className={css.icon}>
        <Icon size={19} strokeWidth={1.8} aria-hidden />
      </span>
      <div className={css.text}>
        <span className={css.title}>
          {placeOf(job) ? <Link to={placeOf(job) ?? ""}>{titleOf(job)}</Link> : titleOf(job)}
        </span>
        <span className={css.words}>
          {detail && `${detail} · `}
          <Times job={job} />
        </span>
        <Bar job={job} />
        {job.error && job.state !== "completed" && (
          <span className={css.error}>
            {job.error.message} {job.error.remedy}
          </span>
        )}
        {job.state === "completed" && resultOf(job) && <span className={`${css.words} number`}>{resultOf(job)}</span>}
      </div>
      <Chip tone={state.tone}>{state.words}</Chip>
      <Actions job={job} />
    </li>
  );
}

/** Where more is told of it. */
function placeOf(job: JobOut): string | null {
  if (job.upload) return `/uploads/${job.upload}`;
  return job.kind === "make_drafts" || job.kind === "remove_drafts" ? `/listings/runs/${job.id}` : null;
}

function Times({ job }: { job: JobOut }) {
  const tries = job.attempts > 1 ? ` · try ${job.attempts}` : "";
  if (job.finished_at) {
    const took = job.started_at ? (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000 : null;
    return (
      <span title={moment(job.finished_at)}>
        {ago(job.finished_at)}
        {took !== null ? ` · took ${duration(took)}` : ""}
        {tries}
      </span>
    );
  }
  const later = Date.parse(job.run_at) - Date.now();
  if (job.state === "pending" && later > 1500) {
    return (
      <span title={moment(job.run_at)}>
        next try in {duration(later / 1000)}
        {tries}
      </span>
    );
  }
  if (job.state === "processing" && job.started_at) {
    return (
      <span title={moment(job.started_at)}>
        began {ago(job.started_at)}
        {tries}
      </span>
    );
  }
  return (
    <span title={moment(job.created_at)}>
      asked {ago(job.created_at)}
      {tries}
    </span>
  );
}

function Bar({ job }: { job: JobOut }) {
  const progress = progressOf(job);
  if (!progress || job.finished_at) return null;
  const share = (progress.done / progress.total) * 100;
  return (
    <span className={css.progress}>
      <span
        className={css.track}
        role="progressbar"
        aria-label={titleOf(job)}
        aria-valuenow={Math.round(share)}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <span className={css.fill} data-still={job.state !== "processing"} style={{ width: `${share}%` }} />
      </span>
      <span className="number">
        {progress.done} of {progress.total}
        {progress.left && job.state === "processing" ? ` · ${duration(progress.left)} left` : ""}
      </span>
    </span>
  );
}

function DownloadRendered({ job }: { job: JobOut }) {
  const download = useDownload();
  return (
    <Tooltip label="Download what it rendered">
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Download what it rendered: ${titleOf(job)}`}
        loading={download.isPending}
        onClick={() => download.mutate({ what: "mockups", job: job.id })}
      >
        <Download size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

type Word = "pause" | "resume" | "retry" | "cancel";

const ICONS: Record<Word, { icon: LucideIcon; label: string }> = {
  pause: { icon: Pause, label: "Pause" },
  resume: { icon: Play, label: "Go on" },
  retry: { icon: RotateCw, label: "Try again" },
  cancel: { icon: X, label: "Cancel" },
};

function wordsFor(job: JobOut): Word[] {
  if (job.asked) return [];
  switch (job.state) {
    case "pending":
      return job.retrying ? ["retry", "pause", "cancel"] : ["pause", "cancel"];
    case "processing":
      return ["pause", "cancel"];
    case "paused":
      return ["resume", "cancel"];
    case "failed":
    case "cancelled":
      return ["retry"];
    case "completed":
      return [];
  }
}

function Actions({ job }: { job: JobOut }) {
  const may = useMay("write");
  const queries = useQueryClient();
  const say = useMutation({
    mutationFn: (word: Word) => {
      const params = { path: { job: job.id } };
      if (word === "pause") return body(api.POST("/api/v1/jobs/{job}/pause", { params }));
      if (word === "resume") return body(api.POST("/api/v1/jobs/{job}/resume", { params }));
      if (word === "retry") return body(api.POST("/api/v1/jobs/{job}/retry", { params }));
      return body(api.POST("/api/v1/jobs/{job}/cancel", { params }));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.jobs }),
  });
  const rendered = job.kind === "render_mockups" && job.state === "completed";
  if (!may && !rendered) return null;
  return (
    <span className={css.actions}>
      {rendered && <DownloadRendered job={job} />}
      {(may ? wordsFor(job) : []).map((word) => {
        const { icon: Icon, label } = ICONS[word];
        return (
          <Tooltip key={word} label={label}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={`${label}: ${titleOf(job)}`}
              disabled={say.isPending}
              onClick={() => say.mutate(word)}
            >
              <Icon size={17} aria-hidden />
            </ActionIcon>
          </Tooltip>
        );
      })}
    </span>
  );
}
