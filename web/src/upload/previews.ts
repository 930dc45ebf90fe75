import { useEffect, useState } from "react";

/** Small pictures of files that are not stored yet, made in a worker, kept for as long as the page is open. */
let worker: Worker | undefined;
let next = 0;
const asked = new Map<number, (blob: Blob | undefined) => void>();
const made = new WeakMap<File, Promise<string | null>>();

const SMALL = 112;

/** Larger files are not looked at: decoding them takes longer than sending them. */
const LARGEST = 60_000_000;

export function usePreview(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file || file.size > LARGEST) return;
    let here = true;
    void previewOf(file).then((found) => here && setUrl(found));
    return () => {
      here = false;
    };
  }, [file]);
  return url;
}

function previewOf(file: File): Promise<string | null> {
  let found = made.get(file);
  if (!found) {
    found = pictureOf(file, SMALL).then((blob) => (blob ? URL.createObjectURL(blob) : null));
    made.set(file, found);
  }
  return found;
}

/** A picture with this longest side, px; nothing where the browser cannot read the file. */
export function pictureOf(file: File, side: number): Promise<Blob | undefined> {
  if (!worker) {
    worker = new Worker(new URL("./preview.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<{ id: number; blob?: Blob }>) => {
      asked.get(data.id)?.(data.blob);
      asked.delete(data.id);
    };
  }
  const id = next++;
  worker.postMessage({ id, file, side });
  return new Promise((resolve) => asked.set(id, resolve));
}
