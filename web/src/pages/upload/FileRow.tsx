import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, CopyCheck, RotateCw } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import { designQuery } from "~/api/queries";
import type { DesignOut } from "~/api/schema";
import { Art } from "~/ui/Art";
import { Chip } from "~/ui/Chip";
import { Light } from "~/ui/Light";
import { bytes } from "~/ui/words";
import { uploads } from "~/upload/engine";
import { usePreview } from "~/upload/previews";
import type { Batch, Item, ItemState } from "~/upload/types";
import css from "./FileRow.module.css";

interface Props {
  batch: Batch;
  item: Item;
  // Items change in place: these say when a row must be drawn again.
  state: ItemState;
  sent: number;
  stage?: string | undefined;
  paused: boolean;
  design: DesignOut | undefined;
}

/** One file of an upload, and what becomes of it. */
export const FileRow = memo(function FileRow({ batch, item, design }: Props) {
  const preview = usePreview(item.file);
  const file = design?.print_files.find((one) => one.upload === batch.id) ?? design?.print_files[0];
  return (
    <li className={css.row} data-state={item.state}>
      <div className={css.picture}>
        <Art src={file?.thumbnail ?? preview} alt="" ratio={1} />
      </div>
      {item.state === "duplicate" && item.answer?.duplicate_of && <Twin design={item.answer.duplicate_of} />}
      <div className={css.text}>
        <span className={css.name} title={item.name}>
          {/* A path on the server is of no use here; one below what was dropped is. */}
          {item.name.startsWith("/") ? baseName(item.name) : item.name}
        </span>
        <Words item={item} paused={batch.paused} />
      </div>
      <div className={css.side}>
        {file && <Light preflight={file.preflight} />}
        <Outcome item={item} />
        {item.state === "held" && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<RotateCw size={14} aria-hidden />}
            onClick={() => uploads.retry(batch, item)}
          >
            Try again
          </Button>
        )}
      </div>
    </li>
  );
});

/** What the shop has already, beside what was sent. */
function Twin({ design }: { design: string }) {
  const found = useQuery({ ...designQuery(design), retry: false });
  const file = found.data?.print_files[0];
  return (
    <>
      <span className={css.same} aria-hidden>
        =
      </span>
      <Link
        to={`/designs/${design}`}
        className={css.picture}
        aria-label={`The design it is the same as: ${found.data?.name ?? ""}`}
      >
        <Art src={file?.thumbnail} alt="" ratio={1} />
      </Link>
    </>
  );
}

function Words({ item, paused }: { item: Item; paused: boolean }) {
  const answer = item.answer;
  if (item.state === "stored" && answer) {
    return (
      <span className={css.words}>
        {answer.design ? <Link to={`/designs/${answer.design}`}>{baseName(answer.path)}</Link> : baseName(answer.path)}
        {answer.similar_to && <span className={css.note}> · {answer.reason}</span>}
        {answer.warnings.map((warning) => (
          <span key={warning} className={css.warning}>
            {warning.replace(/^[a-z_]+: /, "")}
          </span>
        ))}
      </span>
    );
  }
  if (answer) return <span className={css.words}>{answer.reason?.replace(/^[a-z_]+: /, "")}</span>;
  if (item.state === "held") {
    return (
      <span className={css.words}>
        {item.problem?.message} {item.problem?.remedy}
      </span>
    );
  }
  if (item.state === "sending" || (item.state === "waiting" && item.sent > 0)) {
    const share = item.size ? item.sent / item.size : 0;
    return (
      <span className={css.progress}>
        <span className={css.track}>
          <span className={css.fill} data-paused={paused} style={{ width: `${share * 100}%` }} />
        </span>
        <span className="number">
          {bytes(item.sent)} of {bytes(item.size)}
        </span>
      </span>
    );
  }
  return (
    <span className={css.words}>
      {bytes(item.size)} · {waitingWords(item, paused)}
    </span>
  );
}

const STAGES: Record<string, string> = {
  found: "waits for its turn",
  read: "being trimmed and sized",
  prepared: "being compared",
  decided: "being made ready to print",
  encoded: "being stored",
};

function waitingWords(item: Item, paused: boolean): string {
  if (item.state === "reading") return "being looked at";
  if (item.state === "sent") return item.stage ? (STAGES[item.stage] ?? "being taken in") : "is there";
  if (item.state === "absent") return "to be chosen again";
  return paused ? "paused" : "waits";
}

function Outcome({ item }: { item: Item }) {
  if (item.state === "stored") {
    return item.answer?.similar_to ? (
      <Link to="/duplicates" className={css.chipLink}>
        <Chip tone="note" icon={CopyCheck}>
          Similar
        </Chip>
      </Link>
    ) : (
      <Chip tone="ok" icon={CircleCheck}>
        Stored
      </Chip>
    );
  }
  if (item.state === "duplicate") {
    return (
      <Chip tone="warn" icon={CopyCheck}>
        Duplicate
      </Chip>
    );
  }
  if (item.state === "failed" || item.state === "held") {
    return (
      <Chip tone="bad" icon={CircleAlert}>
        {item.state === "held" ? "Not sent" : "Failed"}
      </Chip>
    );
  }
  return null;
}

function baseName(path: string | null): string {
  return path ? path.slice(path.lastIndexOf("/") + 1) : "";
}
