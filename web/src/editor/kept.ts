import { complete, type Doc } from "./model";

/** Unsaved work of a set, in this browser: it outlives a closed tab. */
interface Kept {
  doc: Doc;
  /** The version it was made from. */
  version: string;
  at: number;
}

const key = (set: string) => `printdock-editor-${set}`;

export function keep(set: string, doc: Doc, version: string): void {
  try {
    localStorage.setItem(key(set), JSON.stringify({ doc, version, at: Date.now() }));
  } catch {
    // A browser without room or without storage keeps nothing; saving works as ever.
  }
}

export function kept(set: string): Kept | null {
  try {
    const found = JSON.parse(localStorage.getItem(key(set)) ?? "null") as Kept | null;
    return found ? { ...found, doc: complete(found.doc as never) } : null;
  } catch {
    return null;
  }
}

export function forget(set: string): void {
  try {
    localStorage.removeItem(key(set));
  } catch {
    // Nothing was kept there either.
  }
}
