import { useEffect, useState } from "react";
import type { DraftFileOut } from "~/api/schema";
import { preview } from "./calls";

/** What every browser can show; larger files, and all others, are shown as the renderer reduces them. */
const SHOWN = /\.(jpe?g|png|webp)$/i;
const LARGEST = 12_000_000;

/** The bare photo, upright: the file itself where a browser can show it. */
export function usePhoto(set: string, file: DraftFileOut | undefined): HTMLImageElement | null {
  const [photo, setPhoto] = useState<{ of: string; image: HTMLImageElement } | null>(null);
  const url = file?.url;
  useEffect(() => {
    if (!file || !url) return;
    const stop = new AbortController();
    let made = "";
    const load = async () => {
      if (SHOWN.test(file.path) && file.size <= LARGEST) return await decoded(url);
      const wanted = { picture: { file: file.path }, design: "none" as const, longest_side: 2000, editor: "", turn: 0 };
      made = URL.createObjectURL(await preview(set, wanted, stop.signal));
      return await decoded(made);
    };
    load()
      .then((image) => !stop.signal.aborted && setPhoto({ of: url, image }))
      // The preview says what is wrong with the picture; without the photo there is only less to see.
      .catch(() => {});
    return () => {
      stop.abort();
      URL.revokeObjectURL(made);
    };
  }, [set, url, file]);
  return photo && photo.of === url ? photo.image : null;
}

async function decoded(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}
