import { ActionIcon, Button, Menu, SegmentedControl } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Ellipsis, Pause, Play, TriangleAlert, X } from "lucide-react";
import { startTransition, useEffect, useMemo, useRef, useState } from "react";
import { ProblemNote } from "~/ui/ProblemNote";
import { bytes, duration, many } from "~/ui/words";
import { uploads } from "~/upload/engine";
import { ofList } from "~/upload/picked";
import { type Batch, type Item, isAnswered, isOver, type Totals, totalsOf } from "~/upload/types";
import { FileRow } from "./FileRow";
import { OutcomeBar } from "./OutcomeBar";
import css from "./Upload.module.css";
import { useUploadDesigns } from "./useUploadDesigns";

/** One upload: how far it is, what became of each file. */
export function BatchCard({ batch }: { batch: Batch }) {
  const [shown, setShown] = useState<Shown>("all");
  const totals = totalsOf(batch);
  const designs = useUploadDesigns(batch.id, totals.stored > 0, isOver(batch));
  const wanted = useShown(batch, shown);
  const room = useRoom(Math.min(wanted.length, MOST));
  return (
    <section className={`card ${css.batch}`} aria-label={`Upload for ${batch.template}`}>
      <header className={css.batchHead}>
        <div className={css.batchText}>
          <h2>{batch.template}</h2>
          <p className="muted number" role="status">
            {wordsOf(batch, totals)}
          </p>
        </div>
        <Actions batch={batch} totals={totals} />
      </header>
      <OutcomeBar batch={batch} totals={totals} />
      {batch.problem && (
        <div className={css.batchProblem}>
          <ProblemNote error={batch.problem} />
        </div>
      )}
      {totals.held > 0 && batch.state === "sending" && <HeldNote batch={batch} held={totals.held} />}
      {batch.state === "absent" && <AbsentNote batch={batch} />}
      <Filter totals={totals} shown={shown} show={setShown} />
      <ul className={css.rows}>
        {wanted.slice(0, room).map((item) => (
          <FileRow
            key={item.key}
            batch={batch}
            item={item}
            state={item.state}
            sent={item.sent}
            stage={item.stage}
            paused={batch.paused}
            design={item.answer?.design ? designs.get(item.answer.design) : undefined}
          />
        ))}
      </ul>
      {wanted.length > MOST && <p className={css.rest}>and {many(wanted.length - MOST, "more file")}.</p>}
    </section>
  );
}

/** Most files that are listed, and files that are added to the list at a time: drawing all at once would hold the page. */
const MOST = 500;
const STEP = 16;

/** How many of `count` rows are drawn: a screen of them at once, the others soon after, a few at a time. */
function useRoom(count: number): number {
  const [room, setRoom] = useState(STEP);
  useEffect(() => {
    if (room >= count) return;
    const timer = setTimeout(() => startTransition(() => setRoom(room + STEP)), 20);
    return () => clearTimeout(timer);
  }, [room, count]);
  return Math.min(room, count);
}

type Shown = "all" | "stored" | "duplicate" | "failed" | "attention";

function useShown(batch: Batch, shown: Shown): Item[] {
  // Items change in place, so what is shown is chosen anew each time; the order is that of the files.
  return batch.items.filter((item) => {
    if (shown === "all") return true;
    if (shown === "failed") return item.state === "failed" || item.state === "held";
    if (shown === "attention") return item.answer?.similar_to || item.answer?.warnings.length;
    return item.state === shown;
  });
}

function Filter({ totals, shown, show }: { totals: Totals; shown: Shown; show: (value: Shown) => void }) {
  const failed = totals.failed + totals.held;
  const data = useMemo(
    () =>
      [
        { value: "all", label: `All ${totals.count}` },
        { value: "stored", label: `Stored ${totals.stored}`, there: totals.stored },
        { value: "duplicate", label: `Duplicates ${totals.duplicate}`, there: totals.duplicate },
        { value: "failed", label: `Failed ${failed}`, there: failed },
      ]
        .filter((one) => one.there !== 0)
        .map(({ value, label }) => ({ value, label })),
    [totals.count, totals.stored, totals.duplicate, failed],
  );
  if (data.length < 3) return null;
  return (
    <SegmentedControl
      className={css.filter}
      size="xs"
      value={shown}
      onChange={(value) => show(value as Shown)}
      data={data}
      aria-label="Which files are shown"
    />
  );
}

function Actions({ batch, totals }: { batch: Batch; totals: Totals }) {
  const cancel = useMutation({ mutationFn: () => uploads.cancel(batch) });
  if (isOver(batch)) {
    return (
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label="Take off this page"
        onClick={() => uploads.dismiss(batch)}
      >
        <X size={18} aria-hidden />
      </ActionIcon>
    );
  }
  const sending = batch.state === "preparing" || batch.state === "sending";
  const failed = batch.items.filter((item) => item.state === "held");
  return (
    <div className={css.actions}>
      {sending &&
        (batch.paused ? (
          <Button size="xs" leftSection={<Play size={15} aria-hidden />} onClick={() => uploads.resume(batch)}>
            Resume
          </Button>
        ) : (
          <Button
            size="xs"
            variant="default"
            leftSection={<Pause size={15} aria-hidden />}
            onClick={() => uploads.pause(batch)}
          >
            Pause
          </Button>
        ))}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label="More">
            <Ellipsis size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {failed.length > 0 && (
            <Menu.Item
              onClick={() => {
                for (const item of failed) uploads.retry(batch, item);
              }}
            >
              Try the {many(failed.length, "failed file")} again
            </Menu.Item>
          )}
          <Menu.Item color="red" onClick={() => cancel.mutate()}>
            Cancel the rest {totals.stored > 0 && "(what is stored stays)"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}

function HeldNote({ batch, held }: { batch: Batch; held: number }) {
  const others = batch.items.every((item) => item.state === "held" || item.state === "sent" || isAnswered(item));
  return (
    <div className={css.noteLine} data-tone="bad">
      <TriangleAlert size={17} aria-hidden />
      <span>{many(held, "file")} could not be sent.</span>
      <Button
        size="compact-sm"
        variant="default"
        onClick={() => {
          for (const item of batch.items) if (item.state === "held") uploads.retry(batch, item);
        }}
      >
        Try again
      </Button>
      {others && (
        <Button size="compact-sm" variant="subtle" onClick={() => uploads.leaveOut(batch)}>
          Go on without
        </Button>
      )}
    </div>
  );
}

function AbsentNote({ batch }: { batch: Batch }) {
  const input = useRef<HTMLInputElement>(null);
  const [words, setWords] = useState("");
  const absent = batch.items.filter((item) => item.state === "absent").length;
  return (
    <div className={css.noteLine} data-tone="warn">
      <TriangleAlert size={17} aria-hidden />
      <span>
        {many(absent, "file")} {absent === 1 ? "is" : "are"} still to be sent. A page that was loaded anew cannot read
        your files by itself: choose them once more, and it goes on where it was. {words}
      </span>
      <Button size="compact-sm" onClick={() => input.current?.click()}>
        Choose the files
      </Button>
      <Button size="compact-sm" variant="subtle" onClick={() => uploads.leaveOut(batch)}>
        Go on without
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="The same files again"
        data-testid="again"
        onChange={(event) => {
          const found = uploads.give(batch, ofList(event.currentTarget.files));
          setWords(found ? "" : "None of those were part of this upload.");
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}

function wordsOf(batch: Batch, totals: Totals): string {
  const files = many(totals.count, "file");
  const left = batch.left ? ` · about ${duration(batch.left)} left` : "";
  switch (batch.state) {
    case "preparing":
    case "sending": {
      if (batch.paused) return `Paused · ${bytes(totals.sent)} of ${bytes(totals.bytes)}`;
      if (totals.reading === totals.count) return `Looking at ${files}…`;
      const speed = batch.speed ? ` · ${bytes(batch.speed)}/s` : "";
      return `${bytes(totals.sent)} of ${bytes(totals.bytes)}${speed}${left}`;
    }
    case "absent":
      return `Not finished · ${files}`;
    case "queued":
      return `All ${files} are there; taking them in soon`;
    case "processing":
      return `${totals.stored + totals.duplicate + totals.failed} of ${files} taken in${left}`;
    case "finished":
      return outcomes(totals);
    case "cancelled":
      return `Cancelled · ${outcomes(totals)}`;
    case "expired":
      return `Given up after a long silence · ${outcomes(totals)}`;
    case "refused":
      return "Not begun";
  }
}

export function outcomes(totals: { stored: number; duplicate: number; failed: number }): string {
  const words = [`${totals.stored} stored`];
  if (totals.duplicate) words.push(many(totals.duplicate, "duplicate"));
  if (totals.failed) words.push(`${totals.failed} failed`);
  return words.join(" · ");
}
