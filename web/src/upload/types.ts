import type { Problem } from "~/api/problem";

/** What became of a file: its entry of the upload's report. */
export interface Answer {
  source: string;
  outcome: "stored" | "duplicate" | "failed";
  design: string | null;
  number: number | null;
  path: string | null;
  duplicate_of: string | null;
  similar_to: string | null;
  distance: number | null;
  reason: string | null;
  warnings: string[];
}

/**
 * How far a file is. `reading`: it is hashed; `waiting`: it is to be sent; `held`: sending failed, a person may try
 * again; `absent`: the server waits for it, but this page does not have it (it was loaded anew); `sent`: it is there
 * whole, and is taken in soon.
 */
export type ItemState = "reading" | "waiting" | "sending" | "held" | "absent" | "sent" | Answer["outcome"];

/** One file of an upload. */
export interface Item {
  key: string;
  name: string;
  size: number;
  file: File | null;
  /** The same picture without its empty borders, sent in the file's place; `size` and `sha256` are its. */
  less?: Blob;
  /** SHA-256 of the person's own file, where another is sent in its place. */
  preparedFrom?: string;
  state: ItemState;
  /** Bytes that are there. */
  sent: number;
  sha256?: string;
  position?: number;
  put?: string;
  problem?: Problem;
  answer?: Answer;
  /** What the server does with it now: decoded, compared, encoded, stored. */
  stage?: string;
}

export type BatchState =
  | "preparing" // files are hashed and announced
  | "sending"
  | "absent" // goes on when the person gives the files again
  | "queued"
  | "processing"
  | "finished"
  | "cancelled"
  | "expired"
  | "refused"; // the upload could not be begun

/** One upload: files for one template. */
export interface Batch {
  key: string;
  template: string;
  id: string | null;
  state: BatchState;
  paused: boolean;
  /** Empty borders are cut off before sending. */
  less: boolean;
  items: Item[];
  startedAt: number;
  problem?: Problem;
  /** Bytes a second while it is sent, and seconds that are left by that or by what the server says. */
  speed: number | null;
  left: number | null;
}

export interface Totals {
  count: number;
  bytes: number;
  sent: number;
  stored: number;
  duplicate: number;
  failed: number;
  held: number;
  reading: number;
}

export const isAnswered = (item: Item) =>
  item.state === "stored" || item.state === "duplicate" || item.state === "failed";

export const isOver = (batch: Batch) =>
  batch.state === "finished" || batch.state === "cancelled" || batch.state === "expired" || batch.state === "refused";

export function totalsOf(batch: Batch): Totals {
  const totals: Totals = { count: 0, bytes: 0, sent: 0, stored: 0, duplicate: 0, failed: 0, held: 0, reading: 0 };
  for (const item of batch.items) {
    totals.count += 1;
    totals.bytes += item.size;
    totals.sent += isAnswered(item) || item.state === "sent" ? item.size : item.sent;
    if (isAnswered(item) || item.state === "held" || item.state === "reading") {
      totals[item.state as "stored" | "duplicate" | "failed" | "held" | "reading"] += 1;
    }
  }
  return totals;
}
