/** Answers `{ id, blob }` with a picture of each `{ id, file, side }`, or `{ id }` where the browser cannot read it. */

let queue: Promise<void> = Promise.resolve();

self.onmessage = (message: MessageEvent<{ id: number; file: File; side: number }>) => {
  const { id, file, side } = message.data;
  queue = queue.then(async () => {
    try {
      self.postMessage({ id, blob: await small(file, side) });
    } catch {
      self.postMessage({ id });
    }
  });
};

async function small(file: File, side: number): Promise<Blob> {
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, side / Math.max(whole.width, whole.height));
  const canvas = new OffscreenCanvas(Math.max(1, whole.width * scale), Math.max(1, whole.height * scale));
  const context = canvas.getContext("2d");
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(whole, 0, 0, canvas.width, canvas.height);
  }
  whole.close();
  return canvas.convertToBlob({ type: "image/webp", quality: 0.82 });
}
