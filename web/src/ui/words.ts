/** Numbers and moments, as people read them. */

const UNITS = ["kB", "MB", "GB", "TB"];

/** 412331 -> "412 kB". */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  let value = count;
  let unit = "";
  for (const one of UNITS) {
    value /= 1000;
    unit = one;
    if (value < 999.5) break;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}

/** Seconds as "40 s", "3 min", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 1) return "1 s";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

/** "1 file", "3 files". */
export function many(count: number, one: string, more = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : more}`;
}

/** "just now", "5 min ago", "yesterday 14:05", "3 Nov 2026". */
export function ago(at: string, now = Date.now()): string {
  const then = new Date(at);
  const seconds = (now - then.getTime()) / 1000;
  if (seconds < 45) return "just now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  const clock = then.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const today = new Date(now);
  today.setHours(0, 0, 0, 0);
  const days = Math.ceil((today.getTime() - then.getTime()) / 86_400_000);
  if (days <= 0) return `today ${clock}`;
  if (days === 1) return `yesterday ${clock}`;
  return then.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

/** The whole moment, for titles. */
export function moment(at: string): string {
  return new Date(at).toLocaleString();
}

/** 9.5 -> "9.5", 4.330 -> "4.33". */
export function inches(value: number): string {
  return `${Number(value.toFixed(2))}`;
}
