/** Makes files smaller before they are sent, in a worker of its own: see trim.ts. */
const REMEMBERED = "printdock.send-less";

let worker: Worker | undefined;
let next = 0;
const asked = new Map<number, (blob: Blob | null) => void>();

/** Whether this browser can, and has the memory for it. */
export const canSendLess =
  typeof CompressionStream !== "undefined" &&
  ((navigator as { deviceMemory?: number }).deviceMemory ?? 4) >= 4 &&
  !matchMedia("(max-width: 600px)").matches;

/** What the person has chosen. */
export const sendLess = {
  get on(): boolean {
    return canSendLess && localStorage.getItem(REMEMBERED) === "auto";
  },
  set(on: boolean): void {
    localStorage.setItem(REMEMBERED, on ? "auto" : "off");
  },
};

/** The same picture in fewer bytes; null where the file is sent as it is. */
export function lessOf(file: File): Promise<Blob | null> {
  worker ??= begin();
  const id = next++;
  worker.postMessage({ id, file });
  return new Promise((resolve) => asked.set(id, resolve));
}

function begin(): Worker {
  const made = new Worker(new URL("./trim.worker.ts", import.meta.url), { type: "module" });
  const answer = (id: number, blob: Blob | null) => {
    asked.get(id)?.(blob);
    asked.delete(id);
  };
  made.onmessage = ({ data }: MessageEvent<{ id: number; blob: Blob | null }>) => answer(data.id, data.blob);
  // Out of memory: what waits, and all that follows, is sent as it is.
  made.onerror = () => {
    for (const id of [...asked.keys()]) answer(id, null);
    made.terminate();
    worker = undefined;
  };
  return made;
}
