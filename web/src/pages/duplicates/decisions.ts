import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { ManyOut, MatchOut } from "~/api/schema";
import { tell, tellProblem } from "~/app/toasts";
import { many } from "~/ui/words";
import { uploads } from "~/upload/engine";

export type Word = "keep" | "drop" | "replace";

/** Most matches of one request. */
const AT_ONCE = 200;

/** Matches that are being decided: they are off the list already. */
let held: ReadonlySet<number> = new Set();
const watchers = new Set<() => void>();

function hold(change: (next: Set<number>) => void): void {
  const next = new Set(held);
  change(next);
  held = next;
  for (const call of watchers) call();
}

/** Decide, and offer to take it back. */
export async function decide(matches: MatchOut[], word: Word, client: QueryClient): Promise<void> {
  const done = await send(matches, word, client);
  if (done.length === 0) return;
  tell(wordsOf(done, word), () => void undo(done, client));
  for (const match of done) if (word !== "drop" && match.newcomer === null) sendAgain(match);
}

/** Take decisions back. */
export async function undo(matches: MatchOut[], client: QueryClient): Promise<void> {
  const done = await send(matches, "undo", client);
  if (done.length > 0) tell(`${nameOf(done)}: to be decided again.`);
}

/** Answers those that were decided; tells why others were not. */
async function send(matches: MatchOut[], decision: Word | "undo", client: QueryClient): Promise<MatchOut[]> {
  hold((next) => {
    for (const match of matches) next.add(match.id);
  });
  const done: MatchOut[] = [];
  try {
    for (let from = 0; from < matches.length; from += AT_ONCE) {
      const some = matches.slice(from, from + AT_ONCE).map((match) => match.id);
      done.push(...told(await body(api.POST("/api/v1/duplicates/decisions", { body: { decision, matches: some } }))));
    }
  } catch (error) {
    tellProblem(error);
  }
  await client.invalidateQueries({ queryKey: keys.duplicates });
  void client.invalidateQueries({ queryKey: keys.designs });
  hold((next) => {
    for (const match of matches) next.delete(match.id);
  });
  return done;
}

function told(answer: ManyOut): MatchOut[] {
  const done: MatchOut[] = [];
  for (const { done: one, problem } of answer.items) {
    if (one) done.push(one.match);
    else if (problem) tell([problem.detail, problem.remedy].filter(Boolean).join(" "));
  }
  return done;
}

function wordsOf(matches: MatchOut[], word: Word): string {
  const name = nameOf(matches);
  if (word === "keep") return `Both are kept: ${name}`;
  return word === "drop" ? `Dropped: ${name}` : `${name}: the new art takes its place.`;
}

function nameOf(matches: MatchOut[]): string {
  return matches.length === 1 ? baseName(matches[0]?.source ?? "") : many(matches.length, "match", "matches");
}

/** The server does not keep the file that it refused. Where this page has it still, it goes again by itself. */
function sendAgain(match: MatchOut): void {
  const file = uploads.fileOf(match.template, match.source);
  if (file) {
    uploads.begin(match.template, [file]);
    tell(`${baseName(match.source)} is sent again, to be stored.`);
  } else tell(`Send ${baseName(match.source)} again: this time it is stored.`);
}

function baseName(source: string): string {
  return source.split("/").at(-1) ?? source;
}

export function useHeld(): ReadonlySet<number> {
  return useSyncExternalStore(
    (call) => {
      watchers.add(call);
      return () => watchers.delete(call);
    },
    () => held,
  );
}
