import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, body, getCsrfToken } from "~/api/client";
import { keys } from "~/api/queries";
import type { MatchOut } from "~/api/schema";
import { tell, tellProblem } from "~/app/toasts";
import { many } from "~/ui/words";
import { uploads } from "~/upload/engine";

export type Word = "keep" | "drop";

/** How long a decision can be taken back, milliseconds: dropping removes print files. */
const UNDO_MS = 7000;

/** Decisions that were made and not sent yet: their matches are off the list already. */
let held = new Map<number, { match: MatchOut; word: Word; timer: ReturnType<typeof setTimeout> }>();
const watchers = new Set<() => void>();
let queries: QueryClient | null = null;

function tellAll(next: typeof held): void {
  held = next;
  for (const call of watchers) call();
}

/** Decide; the person can take it back for a while, then it is sent. */
export function decide(matches: MatchOut[], word: Word, client: QueryClient): void {
  queries = client;
  const next = new Map(held);
  for (const match of matches) {
    const timer = setTimeout(() => void commit(match.id), UNDO_MS);
    next.set(match.id, { match, word, timer });
  }
  tellAll(next);
  const one = matches.length === 1 ? matches[0]?.source.split("/").at(-1) : many(matches.length, "match", "matches");
  tell(word === "keep" ? `Both are kept: ${one}` : `Dropped: ${one}`, () => takeBack(matches));
}

function takeBack(matches: MatchOut[]): void {
  const next = new Map(held);
  for (const { id } of matches) {
    clearTimeout(next.get(id)?.timer);
    next.delete(id);
  }
  tellAll(next);
}

async function commit(id: number): Promise<void> {
  const one = held.get(id);
  if (!one) return;
  const params = { path: { match: id } };
  try {
    if (one.word === "drop") await api.POST("/api/v1/duplicates/{match}/drop", { params });
    else {
      const kept = await body(api.POST("/api/v1/duplicates/{match}/keep", { params }));
      if (kept.send_again) sendAgain(one.match);
    }
  } catch (error) {
    tellProblem(error);
  }
  await queries?.invalidateQueries({ queryKey: keys.duplicates });
  void queries?.invalidateQueries({ queryKey: keys.designs });
  const next = new Map(held);
  next.delete(id);
  tellAll(next);
}

/** The server does not keep what it refused. Where this page has the file still, it goes again by itself. */
function sendAgain(match: MatchOut): void {
  const file = uploads.fileOf(match.template, match.source);
  if (file) {
    uploads.begin(match.template, [file]);
    tell(`${match.source} is sent again, to be stored.`);
  } else tell(`Send ${match.source.split("/").at(-1)} again: this time it is stored.`);
}

// A page that is closed sends what it held back; such a request outlives it.
addEventListener("pagehide", () => {
  for (const [id, { word }] of held) {
    void fetch(`/api/v1/duplicates/${id}/${word}`, {
      method: "POST",
      keepalive: true,
      headers: { "X-CSRF-Token": getCsrfToken() },
    });
  }
});

export function useHeld(): ReadonlyMap<number, { word: Word }> {
  return useSyncExternalStore(
    (call) => {
      watchers.add(call);
      return () => watchers.delete(call);
    },
    () => held,
  );
}
