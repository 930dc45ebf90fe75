import { useEffect, useRef, useState } from "react";
import { Problem } from "~/api/problem";
import type { PreviewIn } from "~/api/schema";
import { preview } from "./calls";

/** px: while a hand moves, and when it rests. */
const QUICK = 640;
const REST_MS = 180;

export interface Rendered {
  image: HTMLImageElement | null;
  /** What kept the newest from being rendered; the picture is the last that could be. */
  problem: Problem | null;
  /** ms from asking to answer of the newest. */
  took: number | null;
  waiting: boolean;
}

const NOTHING: Rendered = { image: null, problem: null, took: null, waiting: false };

/**
 * The picture as the renderer makes it, kept up with `wanted`.
 *
 * One request is under way at a time and the newest waits for it, so that frames follow a moving hand as fast as they are
 * made; what belongs to another picture, colour or design (`subject`) is broken off. While things move small pictures are
 * asked for, then one of `side` px.
 */
export function usePreview(set: string, wanted: PreviewIn | null, subject: string, side: number): Rendered {
  const [rendered, setRendered] = useState<Rendered>(NOTHING);
  const loop = useRef<Loop | null>(null);
  useEffect(() => {
    const made = new Loop(set, setRendered);
    loop.current = made;
    return () => made.stop();
  }, [set]);
  const text = JSON.stringify(wanted);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says when what is wanted differs.
  useEffect(() => {
    loop.current?.want(wanted, subject, side);
  }, [set, text, subject, side]);
  return rendered;
}

class Loop {
  private next: { wanted: PreviewIn; subject: string; side: number } | null = null;
  private running: AbortController | null = null;
  private subject = "";
  private turn = Date.now();
  private readonly editor = Math.random().toString(36).slice(2);
  private rest: ReturnType<typeof setTimeout> | undefined;
  private url = "";
  private stopped = false;

  constructor(
    private readonly set: string,
    private readonly tell: React.Dispatch<React.SetStateAction<Rendered>>,
  ) {}

  want(wanted: PreviewIn | null, subject: string, side: number): void {
    clearTimeout(this.rest);
    const fresh = subject !== this.subject;
    if (fresh) {
      this.running?.abort();
      this.running = null;
      this.tell({ ...NOTHING, waiting: wanted !== null });
    }
    this.subject = subject;
    this.next = null;
    if (!wanted) return;
    const rest = { wanted, subject, side };
    if (fresh) {
      this.next = rest;
    } else {
      this.next = { wanted, subject, side: Math.min(QUICK, side) };
      this.rest = setTimeout(() => {
        this.next = rest;
        void this.run();
      }, REST_MS);
    }
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.rest);
    this.running?.abort();
    URL.revokeObjectURL(this.url);
  }

  private async run(): Promise<void> {
    while (this.next && !this.running && !this.stopped) {
      const { wanted, subject, side } = this.next;
      this.next = null;
      const own = new AbortController();
      this.running = own;
      this.turn += 1;
      this.tell((now) => ({ ...now, waiting: true }));
      const began = performance.now();
      try {
        const asked = { ...wanted, longest_side: side, editor: this.editor, turn: this.turn };
        const blob = await preview(this.set, asked, own.signal);
        const image = await this.decoded(blob);
        if (subject === this.subject && !this.stopped) {
          this.tell({ image, problem: null, took: performance.now() - began, waiting: false });
        }
      } catch (error) {
        if (own.signal.aborted) return;
        const problem = Problem.from(error);
        if (problem.code !== "superseded") this.tell((now) => ({ ...now, problem, waiting: false }));
      } finally {
        if (this.running === own) this.running = null;
      }
    }
  }

  private async decoded(blob: Blob): Promise<HTMLImageElement> {
    const image = new Image();
    const url = URL.createObjectURL(blob);
    image.src = url;
    await image.decode();
    URL.revokeObjectURL(this.url);
    this.url = url;
    return image;
  }
}
