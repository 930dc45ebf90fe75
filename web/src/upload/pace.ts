/** How fast bytes go, over the last seconds. */
export class Pace {
  private seen: { at: number; bytes: number }[] = [];

  constructor(private readonly window = 8000) {}

  /** `bytes`: how many have gone in all; `at`: milliseconds. */
  note(bytes: number, at: number): void {
    this.seen.push({ at, bytes });
    while (this.seen.length > 2 && at - (this.seen[0]?.at ?? 0) > this.window) this.seen.shift();
  }

  reset(): void {
    this.seen = [];
  }

  /** Bytes a second; null before it can be told. */
  get speed(): number | null {
    const first = this.seen[0];
    const last = this.seen.at(-1);
    if (!first || !last || last.at - first.at < 500) return null;
    return Math.max(0, (last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }

  /** Seconds for this many bytes more; null before it can be told. */
  left(bytes: number): number | null {
    const speed = this.speed;
    return speed ? bytes / speed : null;
  }
}
