import { createSHA256 } from "hash-wasm";

/** Answers `{ id, sha256 }` or `{ id, error }` for each `{ id, file }`, one file after the other, a piece at a time. */
const PIECE = 4 * 1024 * 1024;

let queue: Promise<void> = Promise.resolve();

self.onmessage = (message: MessageEvent<{ id: number; file: Blob }>) => {
  const { id, file } = message.data;
  queue = queue.then(async () => {
    try {
      self.postMessage({ id, sha256: await digest(file) });
    } catch (error) {
      self.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  });
};

async function digest(file: Blob): Promise<string> {
  const hash = await createSHA256();
  for (let at = 0; at < file.size; at += PIECE) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
  }
  return hash.digest("hex");
}
