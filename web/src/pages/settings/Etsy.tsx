import { Button, Group, Modal, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, Plug, Store, Unlink } from "lucide-react";
import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { etsyBudgetQuery, etsyQuery } from "~/api/listings";
import { keys } from "~/api/queries";
import type { EtsyConnectionOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { Trademark } from "~/pages/listings/Trademark";
import { Chip } from "~/ui/Chip";
import { ProblemNote } from "~/ui/ProblemNote";
import { ago, moment } from "~/ui/words";
import { EtsyConnect } from "./EtsyConnect";
import { asProblem } from "./etsyProblem";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

/** The shop's connection to Etsy: how it stands, making it, ending it. */
export function Etsy() {
  const found = useQuery(etsyQuery);
  useReturn(found.data);
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={280} radius="lg" />;
  const now = found.data;
  return (
    <>
      <SectionHead
        title="Etsy"
        words="printdock makes drafts in your shop at Etsy, and never publishes. A draft costs nothing; you look at each in Etsy's Shop Manager and publish it there."
      />
      {now.last_problem && <ProblemNote error={asProblem(now.last_problem)} />}
      {now.shop && <Standing now={now} />}
      {(!now.connected || now.missing_scopes.length > 0) && <EtsyConnect now={now} />}
      <Trademark />
    </>
  );
}

/** Says once that the browser is back from Etsy, and takes the word out of the address. */
function useReturn(now: EtsyConnectionOut | undefined): void {
  const [params, setParams] = useSearchParams();
  const queries = useQueryClient();
  const back = params.get("connected");
  const name = now?.shop?.name;
  useEffect(() => {
    if (back === null || now === undefined) return;
    if (back === "yes" && name) tell(`The shop is connected to ${name} at Etsy.`);
    void queries.invalidateQueries({ queryKey: keys.listings });
    setParams({}, { replace: true });
  }, [back, name, now, queries, setParams]);
}

function Standing({ now }: { now: EtsyConnectionOut }) {
  const may = useMay("write");
  const queries = useQueryClient();
  const check = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/etsy/connection/check")),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.etsy }),
  });
  return (
    <section className={`card ${css.panel}`} aria-label="The connection">
      <div className={css.line}>
        <Store size={22} strokeWidth={1.7} aria-hidden />
        <div className={css.grow}>
          {now.shop && (
            <a href={now.shop.url} target="_blank" rel="noreferrer">
              <strong>{now.shop.name}</strong>
            </a>
          )}
          <p className="muted">
            {now.shop?.currency} · {now.since && <span title={moment(now.since)}>connected {ago(now.since)}</span>}
            {now.renewed_at && ` · renewed ${ago(now.renewed_at)}`}
          </p>
        </div>
        {now.connected ? <Chip tone="ok">Connected</Chip> : <Chip tone="bad">Ended</Chip>}
      </div>
      {now.reconnect && <ProblemNote error={asProblem(now.reconnect)} />}
      {now.connected && <Calls />}
      {may && (
        <div className={css.test}>
          {now.connected && (
            <Button
              variant="default"
              leftSection={<Plug size={16} aria-hidden />}
              loading={check.isPending}
              onClick={() => check.mutate()}
            >
              Check it
            </Button>
          )}
          <Disconnect name={now.shop?.name ?? "Etsy"} />
          {check.isSuccess && (
            <span className={css.good} role="status">
              <CircleCheck size={17} aria-hidden /> Etsy takes the key, and knows the shop.
            </span>
          )}
        </div>
      )}
      {check.isError && <ProblemNote error={check.error} />}
    </section>
  );
}

/** How many calls are left today. */
function Calls() {
  const budget = useQuery(etsyBudgetQuery).data;
  if (!budget?.known) return null;
  return (
    <p className={`${css.flush} muted number`}>
      {budget.left_today !== null && budget.per_day !== null
        ? `${budget.left_today.toLocaleString("en")} of ${budget.per_day.toLocaleString("en")} calls are left today, `
        : "Calls: "}
      {budget.per_second} a second at most.
      {budget.parked_until && ` It goes on at ${moment(budget.parked_until)}.`}
    </p>
  );
}

function Disconnect({ name }: { name: string }) {
  const admin = useMay("admin");
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => body(api.DELETE("/api/v1/etsy/connection")),
    onSuccess: () => {
      setAsking(false);
      tell(`The shop is not connected to ${name} any more.`);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.etsy }),
  });
  if (!admin) return null;
  return (
    <>
      <Button variant="default" leftSection={<Unlink size={16} aria-hidden />} onClick={() => setAsking(true)}>
        Disconnect
      </Button>
      <Modal opened={asking} onClose={() => setAsking(false)} title={`Disconnect ${name}?`}>
        <p className={css.flush}>
          printdock forgets its access. Drafts stay at Etsy, and printdock still knows them when you connect again.
        </p>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsking(false)}>
            Cancel
          </Button>
          <Button color="red" loading={end.isPending} onClick={() => end.mutate()}>
            Disconnect
          </Button>
        </Group>
      </Modal>
    </>
  );
}
