import type { UploadOut } from "~/api/schema";
import type { LiveEvent } from "~/live/events";
import { byPosition, takeAnswer } from "./items";
import type { Answer, Batch } from "./types";

/** What an event says of an upload, taken over; answers whether the upload has to be read anew. */
export function hear(batch: Batch, event: LiveEvent): boolean {
  if (event.kind === "progress") hearProgress(batch, event.data);
  if (event.kind === "refused") hearAnswers(batch, [event.data]);
  if (event.kind !== "state") return false;
  const state = event.data.state as UploadOut["state"];
  if (state === "processing") batch.state = "processing";
  return state === "finished" || state === "cancelled" || state === "expired";
}

function hearProgress(batch: Batch, data: Record<string, unknown>): void {
  batch.state = "processing";
  batch.left = typeof data.seconds_left === "number" ? data.seconds_left : null;
  hearAnswers(batch, (data.changed ?? []) as Record<string, unknown>[]);
}

function hearAnswers(batch: Batch, changed: Record<string, unknown>[]): void {
  const items = byPosition(batch);
  for (const news of changed) {
    const item = items.get(news.position as number);
    if (!item) continue;
    if (news.answer) takeAnswer(item, news.answer as Answer);
    else if (typeof news.stage === "string") item.stage = news.stage;
  }
}
