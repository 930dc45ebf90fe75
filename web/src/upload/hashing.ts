/** Hashes files in a worker of its own, in the order asked. */
let worker: Worker | undefined;
let next = 0;
const asked = new Map<number, { resolve: (sha256: string) => void; reject: (error: Error) => void }>();

/** SHA-256 in hex. Fails where the file cannot be read: it was moved or changed since it was picked. */
export function sha256Of(file: Blob): Promise<string> {
  worker ??= begin();
  const id = next++;
  worker.postMessage({ id, file });
  return new Promise((resolve, reject) => asked.set(id, { resolve, reject }));
}

function begin(): Worker {
  const made = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module" });
  made.onmessage = ({ data }: MessageEvent<{ id: number; sha256?: string; error?: string }>) => {
    const one = asked.get(data.id);
    asked.delete(data.id);
    if (data.sha256) one?.resolve(data.sha256);
    else one?.reject(new Error(data.error ?? "The file cannot be read."));
  };
  made.onerror = () => {
    for (const one of asked.values()) one.reject(new Error("Files cannot be hashed in this browser."));
    asked.clear();
  };
  return made;
}
