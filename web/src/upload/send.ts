import { getCsrfToken } from "~/api/client";
import { Problem } from "~/api/problem";

/** Bytes of one request: small enough that a cut line costs little, large enough that requests cost nothing. */
export const PIECE = 8 * 1024 * 1024;

/** Milliseconds until the next try after a line was cut, doubled each time. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 30_000;

/** Longest a piece may stand still, milliseconds. */
const STILL = 45_000;

export class Aborted extends Error {}

/**
 * Sends what the server lacks of `file` to `put`, in pieces, from where it lies; goes on by itself after a cut line, for
 * as long as it takes. `progress` is told how many bytes are there. Throws a `Problem` that another try would not mend,
 * or `Aborted`.
 */
export async function send(
  put: string,
  file: Blob,
  have: number,
  progress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let at = have;
  let wait = FIRST_WAIT;
  while (at < file.size || file.size === 0) {
    try {
      at = await piece(put, file, at, progress, signal);
      wait = FIRST_WAIT;
      if (file.size === 0) return;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "offset_conflict") at = await offset(put, signal);
      else if (isPassing(error)) {
        await pause(wait, signal);
        wait = Math.min(wait * 2, LONGEST_WAIT);
        at = await offset(put, signal).catch((again) => {
          if (again instanceof Problem && isPassing(again)) return at;
          throw again;
        });
      } else throw error;
      progress(at);
    }
  }
}

function isPassing(problem: Problem): boolean {
  return problem.passing || problem.status === 408 || problem.status === 423;
}

function piece(
  put: string,
  file: Blob,
  from: number,
  progress: (bytes: number) => void,
  signal: AbortSignal,
): Promise<number> {
  const to = Math.min(from + PIECE, file.size);
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Aborted());
    // XMLHttpRequest, not fetch: only it tells how much of a body has gone.
    const request = new XMLHttpRequest();
    let watchdog: ReturnType<typeof setTimeout>;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => request.abort(), STILL);
    };
    const abort = () => request.abort();
    signal.addEventListener("abort", abort, { once: true });
    request.open("PUT", put);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", getCsrfToken());
    if (file.size > 0) request.setRequestHeader("Content-Range", `bytes ${from}-${to - 1}/${file.size}`);
    request.upload.onprogress = (event) => {
      alive();
      progress(from + event.loaded);
    };
    request.onloadend = () => {
      clearTimeout(watchdog);
      signal.removeEventListener("abort", abort);
      if (signal.aborted) reject(new Aborted());
      else if (request.status >= 200 && request.status < 300) {
        resolve(Number(request.getResponseHeader("Upload-Offset") ?? to));
      } else reject(problemOf(request));
    };
    alive();
    request.send(file.slice(from, to));
  });
}

async function offset(put: string, signal: AbortSignal): Promise<number> {
  const response = await fetch(put, { method: "HEAD", signal }).catch((error) => {
    if (signal.aborted) throw new Aborted();
    throw Problem.away(error);
  });
  if (!response.ok) throw new Problem(response.status, { detail: `The server answered ${response.status}.` });
  return Number(response.headers.get("Upload-Offset") ?? 0);
}

function problemOf(request: XMLHttpRequest): Problem {
  if (request.status === 0) return Problem.away(null);
  try {
    return new Problem(request.status, JSON.parse(request.responseText));
  } catch {
    return new Problem(request.status, { detail: `The server answered ${request.status}.` });
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    // A line that is back is noticed at once.
    const now = () => {
      clearTimeout(timer);
      resolve();
    };
    addEventListener("online", now, { once: true });
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(new Aborted());
      },
      { once: true },
    );
  });
}
