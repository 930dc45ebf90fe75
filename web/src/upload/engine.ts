import { useSyncExternalStore } from "react";
import { api, body } from "~/api/client";
import { Problem } from "~/api/problem";
import type { FileOut, UploadOut } from "~/api/schema";
import { type LiveEvent, live } from "~/live/events";
import { sha256Of } from "./hashing";
import { lessOf } from "./lessening";
import { Pace } from "./pace";
import type { Picked } from "./picked";
import { Aborted, send } from "./send";
import { type Answer, type Batch, type Item, isAnswered, isOver } from "./types";

/** Files on their way at the same time: browsers allow six connections to a server, and pages need some. */
const PARALLEL = 4;

/** Files that are announced together. */
const ANNOUNCED = 50;

/** Most often that pages are told of progress, milliseconds. */
const TELL_MS = 120;

/**
 * All uploads of this page: outside of React, so that they go on while the person looks at other pages. Batches and
 * items are changed in place; `version` says that something did.
 */
class Uploads {
  batches: Batch[] = [];
  private version = 0;
  private watchers = new Set<() => void>();
  private running = new Map<Item, AbortController>();
  private paces = new Map<Batch, Pace>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private count = 0;

  constructor() {
    live.listen((event) => this.hear(event));
    live.watch(() => {
      if (live.connection === "live") this.catchUp();
    });
    addEventListener("beforeunload", (event) => {
      if (this.batches.some((batch) => batch.state === "preparing" || batch.state === "sending"))
        event.preventDefault();
    });
  }

  watch = (call: () => void): (() => void) => {
    this.watchers.add(call);
    return () => this.watchers.delete(call);
  };

  snapshot = (): number => this.version;

  /** Begin an upload of files for one template; with `less`, without their empty borders. */
  begin(template: string, files: Picked[], less = false): Batch {
    const batch = this.batchOf(
      template,
      files.map((one) => this.itemOf(one)),
      "preparing",
    );
    batch.less = less;
    this.batches = [batch, ...this.batches];
    this.tell();
    void this.prepare(batch);
    return batch;
  }

  /** Take up an upload that was begun before this page was loaded; its files must be given again (`give`). */
  async adopt(id: string): Promise<void> {
    if (this.batches.some((batch) => batch.id === id)) return;
    const found = await body(api.GET("/api/v1/uploads/{upload}", { params: { path: { upload: id } } }));
    if (this.batches.some((batch) => batch.id === id)) return;
    const batch = this.batchOf(found.template, [], "absent");
    batch.id = id;
    for (const file of found.files ?? []) batch.items.push(this.itemFrom(file));
    this.batches = [batch, ...this.batches];
    this.tell();
  }

  /**
   * Files for the absent ones of an upload: by name and size; the digest that was announced is checked by the server.
   * One that was prepared is prepared once more.
   */
  give(batch: Batch, files: Picked[]): number {
    const here = new Map(files.map((one) => [`${one.name} ${one.file.size}`, one.file]));
    const byName = new Map(files.map((one) => [`${baseName(one.name)} ${one.file.size}`, one.file]));
    let found = 0;
    for (const item of batch.items) {
      if (item.state !== "absent") continue;
      const file = item.preparedFrom
        ? files.find((one) => baseName(one.name) === baseName(item.name))?.file
        : (here.get(`${item.name} ${item.size}`) ?? byName.get(`${baseName(item.name)} ${item.size}`));
      if (!file) continue;
      item.file = file;
      if (item.preparedFrom) {
        item.state = "reading";
        void this.prepareAgain(item, file);
      } else item.state = "waiting";
      found += 1;
    }
    if (found) batch.state = "sending";
    this.tell();
    this.pump();
    return found;
  }

  pause(batch: Batch): void {
    batch.paused = true;
    for (const item of batch.items) this.running.get(item)?.abort();
    this.tell();
  }

  resume(batch: Batch): void {
    batch.paused = false;
    this.paces.get(batch)?.reset();
    this.tell();
    this.pump();
  }

  /** Send one file again. */
  retry(batch: Batch, item: Item): void {
    item.problem = undefined;
    if (item.file && item.preparedFrom && !item.less) {
      item.state = "reading";
      void this.prepareAgain(item, item.file);
    } else if (item.sha256 && item.put) item.state = "waiting";
    else {
      item.state = "reading";
      batch.state = "preparing";
      void this.prepare(batch);
    }
    this.tell();
    this.pump();
  }

  /** Leave out what could not be sent, and take in the rest. */
  leaveOut(batch: Batch): void {
    void this.complete(batch, true);
  }

  async cancel(batch: Batch): Promise<void> {
    batch.paused = true;
    for (const item of batch.items) this.running.get(item)?.abort();
    if (batch.id) {
      const now = await body(api.DELETE("/api/v1/uploads/{upload}", { params: { path: { upload: batch.id } } }));
      this.take(batch, now);
    } else batch.state = "cancelled";
    this.tell();
  }

  /** A file of this page by its name, where it is still at hand. */
  fileOf(template: string, name: string): Picked | null {
    const ofTemplate = this.batches.filter((batch) => batch.template === template);
    const item = ofTemplate.flatMap((batch) => batch.items).find((one) => one.name === name && one.file !== null);
    return item?.file ? { file: item.file, name } : null;
  }

  /** Take the upload off the page; what is stored stays. */
  dismiss(batch: Batch): void {
    this.batches = this.batches.filter((one) => one !== batch);
    this.tell();
  }

  private batchOf(template: string, items: Item[], state: Batch["state"]): Batch {
    const key = `batch ${this.count++}`;
    return {
      key,
      template,
      id: null,
      state,
      paused: false,
      less: false,
      items,
      startedAt: Date.now(),
      speed: null,
      left: null,
    };
  }

  private itemOf({ file, name }: Picked): Item {
    return { key: `item ${this.count++}`, name, size: file.size, file, state: "reading", sent: 0 };
  }

  private itemFrom(file: FileOut): Item {
    const item = this.itemOf({ file: new File([], ""), name: file.name });
    Object.assign(item, { file: null, size: file.size ?? 0 });
    this.takeFile(item, file);
    return item;
  }

  /** Hash and announce, some files at a time; what is wanted is sent meanwhile. */
  private async prepare(batch: Batch): Promise<void> {
    const left = batch.items.filter((item) => item.state === "reading");
    let some: Item[] = [];
    for (const item of left) {
      if (batch.state !== "preparing") return;
      await this.read(item, batch.less);
      if (item.state === "reading") some.push(item);
      // The first ones soon, so that something is seen to happen; then more at a time.
      if (some.length >= (batch.id ? ANNOUNCED : 4)) {
        if (!(await this.announce(batch, some))) return;
        some = [];
      }
    }
    if (some.length && !(await this.announce(batch, some))) return;
    if (batch.state !== "preparing") return;
    batch.state = "sending";
    this.tell();
    this.pump();
  }

  /** The same smaller file as before, of the same original. */
  private async prepareAgain(item: Item, file: File): Promise<void> {
    const original = await sha256Of(file).catch(() => null);
    const less = original === item.preparedFrom ? await lessOf(file) : null;
    if (less && (await sha256Of(less)) === item.sha256) {
      item.less = less;
      item.state = "waiting";
    } else {
      item.state = "held";
      item.problem = new Problem(-1, {
        code: "changed",
        detail:
          original === item.preparedFrom ? "This browser prepares it otherwise." : "It is another file than before.",
        remedy: "Go on without it, then add it again.",
      });
    }
    this.tell();
    this.pump();
  }

  private async read(item: Item, less: boolean): Promise<void> {
    if (!item.file || item.sha256) return;
    try {
      const sha256 = await sha256Of(item.file);
      const smaller = less ? await lessOf(item.file) : null;
      if (smaller) {
        item.preparedFrom = sha256;
        item.sha256 = await sha256Of(smaller);
        item.less = smaller;
        item.size = smaller.size;
      } else item.sha256 = sha256;
    } catch (error) {
      item.state = "held";
      item.problem = new Problem(-1, {
        code: "unreadable",
        detail: "This browser cannot read the file any more.",
        remedy: `It was moved, renamed or changed: add it again. (${error instanceof Error ? error.message : error})`,
      });
    }
    this.tell();
  }

  private async announce(batch: Batch, items: Item[]): Promise<boolean> {
    try {
      const now = await this.announced(batch, items);
      batch.id = now.id;
      // The newest are the last, in the order they were announced.
      const told = (now.files ?? []).slice(-items.length);
      told.forEach((file, at) => {
        const item = items[at];
        if (item) this.takeFile(item, file);
      });
    } catch (error) {
      batch.state = "refused";
      batch.problem = Problem.from(error);
      this.tell();
      return false;
    }
    this.tell();
    this.pump();
    return true;
  }

  /** Says what will be sent, for as long as it takes. The key makes saying it twice the same as once. */
  private async announced(batch: Batch, items: Item[]): Promise<UploadOut> {
    const files = items.map(({ name, size, sha256, preparedFrom }) => ({
      name,
      size,
      sha256,
      prepared_from: preparedFrom,
    }));
    const header = { "Idempotency-Key": randomKey() };
    for (let wait = 1000; ; wait = Math.min(wait * 2, 30_000)) {
      try {
        if (!batch.id) {
          return await body(
            api.POST("/api/v1/uploads", { params: { header }, body: { template: batch.template, files } }),
          );
        }
        return await body(
          api.POST("/api/v1/uploads/{upload}/files", {
            params: { path: { upload: batch.id }, header },
            body: { files },
          }),
        );
      } catch (error) {
        if (!Problem.from(error).passing || batch.state !== "preparing") throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  private takeFile(item: Item, file: FileOut): void {
    item.position = file.position;
    if (file.prepared_from) {
      item.preparedFrom = file.prepared_from;
      item.sha256 = file.sha256 ?? undefined;
    }
    item.put = file.put ?? item.put;
    item.sent = file.received;
    if (file.answer) this.answered(item, file.answer as unknown as Answer);
    else if (file.state === "received") item.state = "sent";
    else item.state = item.file ? "waiting" : "absent";
  }

  private answered(item: Item, answer: Answer): void {
    if (item.answer) return;
    item.answer = answer;
    item.state = answer.outcome;
    item.stage = undefined;
  }

  /** Keep as many files on their way as may be; complete the uploads that have all of theirs there. */
  private pump(): void {
    for (const batch of this.batches.toReversed()) {
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
          await this.refresh(batch).catch(() => {});
        }
      }
    }
    this.running.delete(item);
    this.tell();
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
    this.tell();
  }

  private async complete(batch: Batch, leaveOutMissing: boolean): Promise<void> {
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
      this.take(batch, now);
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
    this.tell();
  }

  /** What the server says of an upload, taken over. */
  private take(batch: Batch, now: UploadOut): void {
    if (now.state !== "receiving") batch.state = now.state;
    const byPosition = new Map(batch.items.map((item) => [item.position, item]));
    for (const file of now.files ?? []) {
      const item = byPosition.get(file.position);
      if (item && file.answer) this.answered(item, file.answer as unknown as Answer);
      else if (item && file.state === "received") item.state = "sent";
    }
  }

  private hear(event: LiveEvent): void {
    if (event.subject !== "upload") return;
    const batch = this.batches.find((one) => one.id === event.subject_id);
    if (!batch || isOver(batch)) return;
    if (event.kind === "progress") this.hearProgress(batch, event.data);
    if (event.kind === "refused") this.hearAnswers(batch, [event.data]);
    if (event.kind === "state") {
      const state = event.data.state as UploadOut["state"];
      if (state === "processing") batch.state = "processing";
      if (state === "finished" || state === "cancelled" || state === "expired") void this.refresh(batch);
    }
    this.tell();
    this.pump();
  }

  private hearProgress(batch: Batch, data: Record<string, unknown>): void {
    batch.state = "processing";
    batch.left = typeof data.seconds_left === "number" ? data.seconds_left : null;
    this.hearAnswers(batch, (data.changed ?? []) as Record<string, unknown>[]);
  }

  private hearAnswers(batch: Batch, changed: Record<string, unknown>[]): void {
    const byPosition = new Map(batch.items.map((item) => [item.position, item]));
    for (const news of changed) {
      const item = byPosition.get(news.position as number);
      if (!item) continue;
      if (news.answer) this.answered(item, news.answer as Answer);
      else if (typeof news.stage === "string") item.stage = news.stage;
    }
  }

  /** What happened while nobody listened. */
  private catchUp(): void {
    for (const batch of this.batches) {
      if (batch.state === "queued" || batch.state === "processing") void this.refresh(batch).catch(() => {});
    }
  }

  /** Read the upload anew: at its end, and after the page was away. */
  async refresh(batch: Batch): Promise<void> {
    if (!batch.id) return;
    const id = batch.id;
    this.take(batch, await body(api.GET("/api/v1/uploads/{upload}", { params: { path: { upload: id } } })));
    this.tell();
  }

  private tell(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.version += 1;
      for (const call of this.watchers) call();
    }, TELL_MS);
  }
}

export const uploads = new Uploads();

/** All uploads of this page; the component is drawn again as they go on. */
export function useUploads(): Batch[] {
  useSyncExternalStore(uploads.watch, uploads.snapshot);
  return uploads.batches;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** `crypto.randomUUID` exists on secure addresses only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
