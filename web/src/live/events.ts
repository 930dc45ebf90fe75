import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { keys } from "~/api/queries";

/** One thing that happened in the shop, as GET /api/v1/events tells it. */
export interface LiveEvent {
  id: number;
  subject: "upload" | "job";
  subject_id: string;
  kind: string;
  at: string;
  data: Record<string, unknown>;
}

export type Connection = "connecting" | "live" | "away";

type Listener = (event: LiveEvent) => void;

/** Most often that lists are read again because of events, milliseconds: a busy upload tells several things a second. */
const GATHER_MS = 700;

/**
 * The one stream of events of this tab. It reconnects by itself, and goes on after the last event that it saw: the
 * browser sends its id along. Lists that an event is about are read again; listeners get the event itself.
 */
class Live {
  connection: Connection = "connecting";
  private source: EventSource | null = null;
  private queries: QueryClient | null = null;
  private listeners = new Set<Listener>();
  private watchers = new Set<() => void>();
  private stale = new Map<string, readonly unknown[]>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private again: ReturnType<typeof setTimeout> | undefined;
  private last = "";

  /** Begin to listen for the current shop; once more for another shop. */
  start(queries: QueryClient): void {
    this.stop();
    this.last = "";
    this.queries = queries;
    this.open();
  }

  stop(): void {
    clearTimeout(this.again);
    this.source?.close();
    this.source = null;
    this.tell("connecting");
  }

  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  watch = (call: () => void): (() => void) => {
    this.watchers.add(call);
    return () => this.watchers.delete(call);
  };

  private open(): void {
    const source = new EventSource(`/api/v1/events${this.last ? `?last_event_id=${this.last}` : ""}`);
    this.source = source;
    source.onopen = () => {
      // What happened while nobody listened is in the rows.
      if (this.connection === "away") void this.queries?.invalidateQueries();
      this.tell("live");
    };
    source.onerror = () => {
      this.tell("away");
      // The browser gives up on an answer that is no stream (a proxy's error page): try again all the same.
      if (source.readyState === EventSource.CLOSED) {
        clearTimeout(this.again);
        this.again = setTimeout(() => this.open(), 3000);
      }
    };
    const take = (message: MessageEvent<string>) => {
      this.last = message.lastEventId;
      this.take(JSON.parse(message.data) as LiveEvent);
    };
    source.addEventListener("upload", take);
    source.addEventListener("job", take);
  }

  private take(event: LiveEvent): void {
    for (const listener of this.listeners) listener(event);
    for (const key of staleAfter(event)) this.stale.set(JSON.stringify(key), key);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      for (const queryKey of this.stale.values()) void this.queries?.invalidateQueries({ queryKey });
      this.stale.clear();
    }, GATHER_MS);
  }

  private tell(connection: Connection): void {
    if (connection === this.connection) return;
    this.connection = connection;
    for (const call of this.watchers) call();
  }
}

export const live = new Live();

/** Sample data comes, or goes, in all of these. */
const SAMPLES = [
  keys.jobs,
  keys.samples,
  keys.designs,
  keys.duplicates,
  keys.library,
  keys.mockups,
  keys.sets,
  keys.templates,
  keys.uploads,
];

/** Jobs that see to drafts at Etsy. */
const DRAFTS = new Set(["make_drafts", "make_draft", "plan_drafts", "remove_drafts", "restore_draft"]);

/** What an event makes stale. */
export function staleAfter(event: LiveEvent): readonly (readonly unknown[])[] {
  if (event.subject === "upload") {
    const all = [keys.uploads];
    return event.kind === "state" ? [...all, keys.designs, keys.duplicates, keys.library, keys.templates] : all;
  }
  const drafts = DRAFTS.has(String(event.data.kind))
    ? [
        [...keys.listings, "drafts"],
        [...keys.etsy, "budget"],
      ]
    : [];
  const samples = event.data.kind === "add_samples" || event.data.kind === "remove_samples";
  if (event.kind === "progress")
    return [
      ...(samples ? [keys.samples, keys.designs, keys.uploads] : []),
      [...keys.jobs, "list"],
      [...keys.jobs, "one", event.subject_id],
      ...drafts,
    ];
  if (samples) return SAMPLES;
  const about = event.data.kind === "render_mockups" && event.kind === "completed" ? [keys.mockups, keys.designs] : [];
  return [keys.jobs, ...about, ...drafts];
}

export function useConnection(): Connection {
  return useSyncExternalStore(live.watch, () => live.connection);
}
