import type { EditsIn, PlanRow } from "~/api/schema";
import type { Tone } from "~/ui/Chip";

/** Fields that are edited in the table, for one design, in place of the template's. */
export type OwnField = "title" | "description" | "tags" | "price" | "quantity" | "sku" | "category";

export type PlanAction = PlanRow["action"];

export const ACTIONS: Record<PlanAction, { words: string; tone: Tone; meaning: string }> = {
  create: { words: "New draft", tone: "accent", meaning: "It is made at Etsy." },
  change: { words: "Changes", tone: "note", meaning: "The draft at Etsy is brought up to date." },
  finish: { words: "To be finished", tone: "warn", meaning: "It was begun before; what is missing is added." },
  same: { words: "Up to date", tone: "ok", meaning: "Nothing is to be done." },
  refused: { words: "Needs you", tone: "bad", meaning: "Etsy would refuse it as it is." },
  ask: { words: "Which is it?", tone: "warn", meaning: "Several drafts at Etsy could be this one." },
  gone: { words: "Deleted at Etsy", tone: "plain", meaning: "It is not made again unless you say so." },
  published: { words: "Published", tone: "ok", meaning: "Listings that buyers see are left alone." },
};

/** What a job would work on. */
export function works(action: PlanAction): boolean {
  return action === "create" || action === "change" || action === "finish";
}

export function whoseOf(row: PlanRow): string {
  return `No. ${row.number}`;
}

export function isOwn(row: PlanRow, field: string): boolean {
  return field in row.edits;
}

/**
 * What is edited: the design's own text as it was written, or what the template says of it. Placeholders work in edits,
 * so braces of a text that is filled already are doubled.
 */
export function editedOf(row: PlanRow, field: OwnField): string | string[] {
  const own = (row.edits as Record<string, unknown>)[field];
  if (Array.isArray(own)) return own.map(String);
  if (own !== undefined && own !== null) return String(own);
  if (field === "tags") return row.draft.tags.map(braced);
  if (field === "price" || field === "quantity") return String(row.draft[field] ?? "");
  return field === "category" ? row.draft.category : braced(row.draft[field]);
}

function braced(text: string): string {
  return text.replaceAll("{", "{{").replaceAll("}", "}}");
}

/** As the server takes an edit; null, or no number: as the template says. */
export function editOf(field: OwnField, value: string | string[] | null): EditsIn {
  if (field === "quantity") return { quantity: value === null || value === "" ? null : Number(value) };
  return { [field]: value };
}
