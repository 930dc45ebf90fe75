import { Brush, FolderCheck, type LucideIcon, Shirt, Sparkles, Tags, UploadCloud } from "lucide-react";
import type { JobOut } from "~/api/schema";
import type { Tone } from "~/ui/Chip";
import { many } from "~/ui/words";

/** What a job does, for people. */
export function titleOf(job: JobOut): string {
  const input = job.input as Record<string, unknown>;
  switch (job.kind) {
    case "ingest_upload":
      return "Takes in an upload";
    case "render_mockups":
      return `Mockups on ${input.set}`;
    case "make_thumbnails":
    case "thumbnails":
      return "Makes small pictures";
    case "add_samples":
      return "Brings sample designs";
    case "remove_samples":
      return "Takes the sample data away";
    case "plan_drafts":
      return `Plans drafts by ${input.template}`;
    case "make_drafts":
      return `Makes drafts by ${input.template}`;
    case "make_draft":
      return "Makes a draft at Etsy";
    case "remove_drafts":
      return "Deletes drafts at Etsy";
    case "restore_draft":
      return "Undoes a change at Etsy";
    case "verify":
      return input.repair ? "Checks the library, and mends it" : "Checks the library";
    default:
      return job.kind.replaceAll("_", " ");
  }
}

export function detailOf(job: JobOut): string {
  const input = job.input as { designs?: string[]; numbers?: number[]; sample?: number; colours?: string[] };
  if (job.kind !== "render_mockups") return "";
  const words = [];
  if (input.sample) words.push(`a sample of ${input.sample}`);
  const some = input.designs ?? input.numbers;
  words.push(some ? many(some.length, "design") : "all designs");
  if (input.colours) words.push(input.colours.join(", "));
  return words.join(" · ");
}

const ICONS: Record<string, LucideIcon> = {
  ingest_upload: UploadCloud,
  render_mockups: Shirt,
  thumbnails: Brush,
  make_thumbnails: Brush,
  verify: FolderCheck,
  plan_drafts: Tags,
  make_draft: Tags,
  make_drafts: Tags,
  remove_drafts: Tags,
  restore_draft: Tags,
};

export function iconOf(job: JobOut): LucideIcon {
  return ICONS[job.kind] ?? Sparkles;
}

export function stateOf(job: JobOut): { words: string; tone: Tone } {
  if (job.asked === "cancel") return { words: "Being cancelled", tone: "plain" };
  if (job.asked === "pause") return { words: "Being paused", tone: "plain" };
  if (job.retrying) return { words: "Tries again", tone: "warn" };
  switch (job.state) {
    case "pending":
      return { words: "Waits", tone: "plain" };
    case "processing":
      return { words: "Runs", tone: "accent" };
    case "paused":
      return { words: "Paused", tone: "warn" };
    case "completed":
      return { words: "Done", tone: "ok" };
    case "failed":
      return { words: "Failed", tone: "bad" };
    case "cancelled":
      return { words: "Cancelled", tone: "plain" };
  }
}

export interface Progress {
  done: number;
  total: number;
  left: number | null;
}

/** How far it is, where it counts that. */
export function progressOf(job: JobOut): Progress | null {
  const told = job.progress as Record<string, unknown> | null;
  const total = told?.total ?? told?.files;
  if (typeof told?.done !== "number" || typeof total !== "number" || total === 0) return null;
  return { done: told.done, total, left: typeof told.seconds_left === "number" ? told.seconds_left : null };
}

/** What it did, a few numbers. */
export function resultOf(job: JobOut): string {
  const result = (job.result ?? {}) as Record<string, unknown>;
  const words = [];
  for (const [name, value] of Object.entries(result)) {
    const counts = typeof value === "number" && !/second|_ms|bytes/.test(name);
    if (counts && (value !== 0 || words.length === 0)) words.push(`${value} ${name.replaceAll("_", " ")}`);
  }
  return words.slice(0, 6).join(" · ");
}
