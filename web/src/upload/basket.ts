import { useSyncExternalStore } from "react";
import type { Picked } from "./picked";

/** Files that were dropped or picked, until the person has said for which template. */
let held: Picked[] = [];
const watchers = new Set<() => void>();

export const basket = {
  add(files: Picked[]): void {
    const there = new Set(held.map((one) => `${one.name} ${one.file.size}`));
    basket.set([...held, ...files.filter((one) => !there.has(`${one.name} ${one.file.size}`))]);
  },
  set(files: Picked[]): void {
    held = files;
    for (const call of watchers) call();
  },
};

export function useBasket(): Picked[] {
  return useSyncExternalStore(
    (call) => {
      watchers.add(call);
      return () => watchers.delete(call);
    },
    () => held,
  );
}
