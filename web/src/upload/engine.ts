import { useSyncExternalStore } from "react";
import { api, body } from "~/api/client";
import { type LiveEvent, live } from "~/live/events";
import { prepare, prepareAgain } from "./announcing";
import { hear } from "./hearing";
import { batchOf, itemFrom, itemOf, takeUpload } from "./items";
import type { Picked } from "./picked";
import { Sender } from "./sending";
import { type Batch, type Item, isOver } from "./types";

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
  private readonly sender = new Sender(this);
  private timer: ReturnType<typeof setTimeout> | undefined;

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
    const batch = batchOf(template, files.map(itemOf), "preparing");
    batch.less = less;
    this.batches = [batch, ...this.batches];
    this.tell();
    void prepare(batch, this);
    return batch;
  }

  /** Take up an upload that was begun before this page was loaded; its files must be given again (`give`). */
  async adopt(id: string): Promise<void> {
    if (this.batches.some((batch) => batch.id === id)) return;
    const found = await body(api.GET("/api/v1/uploads/{upload}", { params: { path: { upload: id } } }));
    if (this.batches.some((batch) => batch.id === id)) return;
    const batch = batchOf(found.template, [], "absent");
    batch.id = id;
    for (const file of found.files ?? []) batch.items.push(itemFrom(file));
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
        void prepareAgain(item, file, this);
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
    this.sender.stop(batch);
    this.tell();
  }

  resume(batch: Batch): void {
    batch.paused = false;
    this.sender.forget(batch);
    this.tell();
    this.pump();
  }

  /** Send one file again. */
  retry(batch: Batch, item: Item): void {
    item.problem = undefined;
    if (item.file && item.preparedFrom && !item.less) {
      item.state = "reading";
      void prepareAgain(item, item.file, this);
    } else if (item.sha256 && item.put) item.state = "waiting";
    else {
      item.state = "reading";
      batch.state = "preparing";
      void prepare(batch, this);
    }
    this.tell();
    this.pump();
  }

  /** Leave out what could not be sent, and take in the rest. */
  leaveOut(batch: Batch): void {
    void this.sender.complete(batch, true);
  }

  async cancel(batch: Batch): Promise<void> {
    batch.paused = true;
    this.sender.stop(batch);
    if (batch.id) {
      const now = await body(api.DELETE("/api/v1/uploads/{upload}", { params: { path: { upload: batch.id } } }));
      takeUpload(batch, now);
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

  private hear(event: LiveEvent): void {
    if (event.subject !== "upload") return;
    const batch = this.batches.find((one) => one.id === event.subject_id);
    if (!batch || isOver(batch)) return;
    if (hear(batch, event)) void this.refresh(batch);
    this.tell();
    this.pump();
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
    takeUpload(batch, await body(api.GET("/api/v1/uploads/{upload}", { params: { path: { upload: id } } })));
    this.tell();
  }

  pump(): void {
    this.sender.pump();
  }

  tell(): void {
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
