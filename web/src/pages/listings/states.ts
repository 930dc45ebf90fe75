import type { ListingOut } from "~/api/schema";
import type { Tone } from "~/ui/Chip";

type State = ListingOut["state"];

const STATES: Record<State, { words: string; tone: Tone }> = {
  planned: { words: "Not sent", tone: "plain" },
  sending: { words: "Being looked up", tone: "accent" },
  unknown: { words: "Being looked up", tone: "warn" },
  made: { words: "Being finished", tone: "accent" },
  done: { words: "Draft at Etsy", tone: "ok" },
  refused: { words: "Refused", tone: "bad" },
  ask: { words: "Which is it?", tone: "warn" },
  gone: { words: "Not at Etsy", tone: "plain" },
};

/** How a draft stands, in a word. */
export function stateOf(one: ListingOut): { words: string; tone: Tone } {
  if (one.removal === "removed" && one.state === "gone") return { words: "Deleted", tone: "plain" };
  if (one.removal === "published") return { words: "Published", tone: "ok" };
  if (one.job?.state === "processing") return { words: "Under way", tone: "accent" };
  if (one.state === "planned" && one.job?.state === "pending") return { words: "Waits", tone: "plain" };
  if (one.problem && one.state !== "done" && one.job?.state === "failed") return { words: "Failed", tone: "bad" };
  return STATES[one.state];
}

/** Whether a person may ask for another try. */
export function mayRetry(one: ListingOut): boolean {
  if (one.job?.state === "processing" || one.state === "ask") return false;
  return one.state !== "done" || one.problem !== null;
}

/** Whether it is at Etsy, as far as is known, and can be deleted there. */
export function mayRemove(one: ListingOut): boolean {
  return one.etsy_listing !== null && one.state !== "gone" && one.removal !== "published";
}
