import { trimmed } from "./trim";

/** Answers `{ id, blob }` with each `{ id, file }` without its empty borders; without a blob where it is sent as it is. */

let queue: Promise<void> = Promise.resolve();

self.onmessage = (message: MessageEvent<{ id: number; file: File }>) => {
  const { id, file } = message.data;
  queue = queue.then(async () => {
    self.postMessage({ id, blob: await trimmed(file).catch(() => null) });
  });
};
