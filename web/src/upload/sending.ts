import { api, body } from "~/api/client";
import { Problem } from "~/api/problem";
import { takeUpload } from "./items";
import { Pace } from "./pace";
import { Aborted, send } from "./send";
import { type Batch, type Item, isAnswered } from "./types";

/** Files on their way at the same time: browsers allow six connections to a server, and pages need some. */
const PARALLEL = 4;

/** What sending needs of the uploads of this page. */
interface Uploads {
  batches: Batch[];
  tell: () => void;
  refresh: (batch: Batch) => Promise<void>;
}

/** Sends what is announced, some files at a time, and completes the uploads that have all of theirs there. */
export class Sender {
  private running = new Map<Item, AbortController>();
  private paces = new Map<Batch, Pace>();

  constructor(private readonly uploads: Uploads) {}

  /** What is on its way goes no further, until `pump` finds it again. */
  stop(batch: Batch): void {
    for (const item of batch.items) this.running.get(item)?.abort();
  }

  /** It begins anew: what was measured of its pace counts no more. */
  forget(batch: Batch): void {
    this.paces.get(batch)?.reset();
  }

  /** Keep as many files on their way as may be; complete the uploads that have all of theirs there. */
  pump(): void {
    for (const batch of this.uploads.batches.toReversed()) {
      if (batch.paused || (batch.state !== "sending" && batch.state !== "preparing")) continue;
      for (const item of batch.items) {
        if (this.running.size >= PARALLEL) return;
        if (item.state === "waiting") void this.sendItem(batch, item);
      }
      if (batch.state === "sending" && batch.items.every((item) => isAnswered(item) || item.state === "sent")) {
        void this.complete(batch, false);
      }
    }
  }

  private async sendItem(batch: Batch, item: Item): Promise<void> {
    if (!item.file || !item.put) return;
    const control = new AbortController();
    this.running.set(item, control);
    item.state = "sending";
    try {
      await send(
        item.put,
        item.less ?? item.file,
        item.sent,
        (bytes) => this.progressed(batch, item, bytes),
        control.signal,
      );
      if (item.state === "sending") item.state = "sent";
      item.sent = item.size;
    } catch (error) {
      if (item.state === "sending") {
        const aborted = error instanceof Aborted;
        item.state = aborted ? "waiting" : "held";
        if (!aborted) {
          item.problem = Problem.from(error);
          // It may be the file's answer: what is no picture is refused by its first bytes.
          await this.uploads.refresh(batch).catch(() => {});
        }
      }
    }
    this.running.delete(item);
    this.uploads.tell();
    this.pump();
  }

  private progressed(batch: Batch, item: Item, bytes: number): void {
    item.sent = bytes;
    let pace = this.paces.get(batch);
    if (!pace) {
      pace = new Pace();
      this.paces.set(batch, pace);
    }
    let sent = 0;
    let left = 0;
    for (const one of batch.items) {
      sent += one.sent;
      if (!isAnswered(one) && one.state !== "held" && one.state !== "absent") left += one.size - one.sent;
    }
    pace.note(sent, performance.now());
    batch.speed = pace.speed;
    batch.left = pace.left(left);
    this.uploads.tell();
  }

  /** All of it is there, or is left out: it is to be taken in. */
  async complete(batch: Batch, leaveOutMissing: boolean): Promise<void> {
    if (!batch.id || (batch.state !== "sending" && batch.state !== "absent")) return;
    const before = batch.state;
    batch.state = "queued";
    batch.speed = batch.left = null;
    try {
      const now = await body(
        api.POST("/api/v1/uploads/{upload}/complete", {
          params: { path: { upload: batch.id } },
          body: { leave_out_missing: leaveOutMissing },
        }),
      );
      takeUpload(batch, now);
    } catch (error) {
      const problem = Problem.from(error);
      if (problem.passing) {
        setTimeout(() => {
          batch.state = before;
          void this.complete(batch, leaveOutMissing);
        }, 3000);
      } else {
        batch.state = before;
        batch.problem = problem;
      }
    }
    this.uploads.tell();
  }
}
