import { useSyncExternalStore } from "react";
import type { DesignOut } from "~/api/schema";

/** Designs that a person has picked, for something to be done with all of them; kept while pages change. */
let picked = new Map<string, DesignOut>();
const watchers = new Set<() => void>();

function tell(next: Map<string, DesignOut>): void {
  picked = next;
  for (const call of watchers) call();
}

export const selection = {
  toggle(design: DesignOut): void {
    const next = new Map(picked);
    if (!next.delete(design.id)) next.set(design.id, design);
    tell(next);
  },
  add(designs: DesignOut[]): void {
    const next = new Map(picked);
    for (const one of designs) next.set(one.id, one);
    tell(next);
  },
  set(designs: DesignOut[]): void {
    tell(new Map(designs.map((one) => [one.id, one])));
  },
  clear(): void {
    tell(new Map());
  },
};

export function useSelection(): Map<string, DesignOut> {
  return useSyncExternalStore(
    (call) => {
      watchers.add(call);
      return () => watchers.delete(call);
    },
    () => picked,
  );
}
