import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { History } from "lucide-react";
import { api, body } from "~/api/client";
import type { MockupOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import css from "./Earlier.module.css";
import { many } from "./words";

/** Says how many of the mockups show art that was replaced since, and renders them again. Nothing where none does. */
export function Earlier({ mockups }: { mockups: MockupOut[] }) {
  const may = useMay("write");
  const earlier = mockups.filter((one) => one.outdated);
  const again = useMutation({
    mutationFn: () =>
      Promise.all(ordersFor(earlier).map((order) => body(api.POST("/api/v1/mockups", { body: order })))),
    onSuccess: () => tell("The mockups are being rendered again. Follow them under Jobs."),
  });
  if (earlier.length === 0) return null;
  return (
    <div className={css.note} role="status" aria-label="Made from the earlier art">
      <History size={18} aria-hidden />
      <span>
        {many(earlier.length, "mockup was", "mockups were")} made from the earlier art, which was replaced since.
      </span>
      {may && (
        <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
          Render again
        </Button>
      )}
    </div>
  );
}

/** One order for each set and product; of colours only those that were rendered before. */
export function ordersFor(mockups: MockupOut[]) {
  const orders = new Map<string, MockupOut[]>();
  for (const one of mockups) {
    const key = JSON.stringify([one.set, one.template]);
    orders.set(key, [...(orders.get(key) ?? []), one]);
  }
  return [...orders.values()].map((some) => {
    const colours = [...new Set(some.flatMap((one) => one.colour ?? []))];
    return {
      set: some[0]?.set ?? "",
      template: some[0]?.template ?? null,
      designs: [...new Set(some.map((one) => one.design))],
      colours: colours.length > 0 ? colours : null,
      force: false,
    };
  });
}
