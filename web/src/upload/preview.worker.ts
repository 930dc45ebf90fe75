/** Answers `{ id, blob }` with a small picture of each `{ id, file }`, or `{ id }` where the browser cannot read it. */
const SIDE = 112;

let queue: Promise<void> = Promise.resolve();

self.onmessage = (message: MessageEvent<{ id: number; file: File }>) => {
  const { id, file } = message.data;
  queue = queue.then(async () => {
    try {
      self.postMessage({ id, blob: await small(file) });
    } catch {
      self.postMessage({ id });
    }
  });
};

async function small(file: File): Promise<Blob> {
  const whole = await createImageBitmap(file);
  const scale = Math.min(1, SIDE / Math.max(whole.width, whole.height));
  const canvas = new OffscreenCanvas(Math.max(1, whole.width * scale), Math.max(1, whole.height * scale));
  const context = canvas.getContext("2d");
  if (context) {
    context.imageSmoothingQuality = "high";
    context.drawImage(whole, 0, 0, canvas.width, canvas.height);
  }
  whole.close();
  return canvas.convertToBlob({ type: "image/webp", quality: 0.8 });
}
