import { api, body } from "~/api/client";
import { Problem } from "~/api/problem";
import type { UploadOut } from "~/api/schema";
import { sha256Of } from "./hashing";
import { takeFile } from "./items";
import { lessOf } from "./lessening";
import type { Batch, Item } from "./types";

/** Files that are announced together. */
const ANNOUNCED = 50;

/** Who is told of what changed. */
export interface Told {
  /** Pages are to be drawn again. */
  tell: () => void;
  /** Something may be sent. */
  pump: () => void;
}

/** Hash and announce, some files at a time; what is wanted is sent meanwhile. */
export async function prepare(batch: Batch, told: Told): Promise<void> {
  const left = batch.items.filter((item) => item.state === "reading");
  let some: Item[] = [];
  for (const item of left) {
    if (batch.state !== "preparing") return;
    await read(item, batch.less, told);
    if (item.state === "reading") some.push(item);
    // The first ones soon, so that something is seen to happen; then more at a time.
    if (some.length >= (batch.id ? ANNOUNCED : 4)) {
      if (!(await announce(batch, some, told))) return;
      some = [];
    }
  }
  if (some.length && !(await announce(batch, some, told))) return;
  if (batch.state !== "preparing") return;
  batch.state = "sending";
  told.tell();
  told.pump();
}

/** The same smaller file as before, of the same original. */
export async function prepareAgain(item: Item, file: File, told: Told): Promise<void> {
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
  told.tell();
  told.pump();
}

async function read(item: Item, less: boolean, told: Told): Promise<void> {
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
  told.tell();
}

async function announce(batch: Batch, items: Item[], told: Told): Promise<boolean> {
  try {
    const now = await announced(batch, items);
    batch.id = now.id;
    // The newest are the last, in the order they were announced.
    const newest = (now.files ?? []).slice(-items.length);
    newest.forEach((file, at) => {
      const item = items[at];
      if (item) takeFile(item, file);
    });
  } catch (error) {
    batch.state = "refused";
    batch.problem = Problem.from(error);
    told.tell();
    return false;
  }
  told.tell();
  told.pump();
  return true;
}

/** Says what will be sent, for as long as it takes. The key makes saying it twice the same as once. */
async function announced(batch: Batch, items: Item[]): Promise<UploadOut> {
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

/** `crypto.randomUUID` exists on secure addresses only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
