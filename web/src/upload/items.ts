import type { FileOut, UploadOut } from "~/api/schema";
import type { Picked } from "./picked";
import type { Answer, Batch, Item } from "./types";

let count = 0;

/** An upload of this page, not yet known to the server. */
export function batchOf(template: string, items: Item[], state: Batch["state"]): Batch {
  return {
    key: `batch ${count++}`,
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

/** A file that a person picked. */
export function itemOf({ file, name }: Picked): Item {
  return { key: `item ${count++}`, name, size: file.size, file, state: "reading", sent: 0 };
}

/** A file that the server knows, and this page has not (yet). */
export function itemFrom(file: FileOut): Item {
  const item = { ...itemOf({ file: new File([], ""), name: file.name }), file: null, size: file.size ?? 0 };
  takeFile(item, file);
  return item;
}

/** What the server says of a file that was announced, taken over. */
export function takeFile(item: Item, file: FileOut): void {
  item.position = file.position;
  if (file.prepared_from) {
    item.preparedFrom = file.prepared_from;
    item.sha256 = file.sha256 ?? undefined;
  }
  item.put = file.put ?? item.put;
  item.sent = file.received;
  if (file.answer) takeAnswer(item, file.answer as unknown as Answer);
  else if (file.state === "received") item.state = "sent";
  else item.state = item.file ? "waiting" : "absent";
}

/** What became of a file; the first answer counts. */
export function takeAnswer(item: Item, answer: Answer): void {
  if (item.answer) return;
  item.answer = answer;
  item.state = answer.outcome;
  item.stage = undefined;
}

/** What the server says of an upload, taken over. */
export function takeUpload(batch: Batch, now: UploadOut): void {
  if (now.state !== "receiving") batch.state = now.state;
  const items = byPosition(batch);
  for (const file of now.files ?? []) {
    const item = items.get(file.position);
    if (item && file.answer) takeAnswer(item, file.answer as unknown as Answer);
    else if (item && file.state === "received") item.state = "sent";
  }
}

export function byPosition(batch: Batch): Map<number | undefined, Item> {
  return new Map(batch.items.map((item) => [item.position, item]));
}
