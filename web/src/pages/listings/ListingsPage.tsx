import { Button, CloseButton, Skeleton, Tabs, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { FileSpreadsheet, Link2, Plus, Search, Tags, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useSearchParams } from "react-router";
import { etsyQuery, type ListingFilter, listingCountsQuery, listingsQuery } from "~/api/listings";
import type { ListingCounts } from "~/api/schema";
import { useMay } from "~/app/me";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { many } from "~/ui/words";
import { DraftList } from "./DraftList";
import css from "./Listings.module.css";
import { RemoveDrafts } from "./RemoveDrafts";
import { Trademark } from "./Trademark";

type State = keyof ListingCounts;

const TABS: Record<string, { label: string; states: State[] }> = {
  all: { label: "All", states: [] },
  done: { label: "At Etsy", states: ["done"] },
  way: { label: "Under way", states: ["planned", "sending", "unknown", "made"] },
  you: { label: "Need you", states: ["refused", "ask"] },
  gone: { label: "Deleted", states: ["gone"] },
};

/** Drafts at Etsy: what was made, what is on its way, what needs a person. */
export function ListingsPage() {
  const may = useMay("write");
  return (
    <>
      <PageHead
        title="Listings"
        words="Drafts in your shop at Etsy. You look at each in Etsy's Shop Manager, and publish it there."
      >
        <Button
          component={Link}
          to="/listings/templates"
          variant="default"
          leftSection={<FileSpreadsheet size={16} aria-hidden />}
        >
          Templates
        </Button>
        {may && (
          <Button component={Link} to="/listings/new" leftSection={<Plus size={17} aria-hidden />}>
            Make drafts
          </Button>
        )}
      </PageHead>
      <Drafts />
      <Trademark />
    </>
  );
}

function Drafts() {
  const [params, setParams] = useSearchParams();
  const tab = params.get("show") ?? "all";
  const [typed, setTyped] = useState(params.get("q") ?? "");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const counts = useQuery(listingCountsQuery);
  if (counts.isError) return <ProblemNote error={counts.error} again={() => void counts.refetch()} />;
  if (counts.isPending) return <Waiting />;
  const total = Object.values(counts.data).reduce((sum, one) => sum + one, 0);
  if (total === 0) return <None />;
  const states = TABS[tab]?.states ?? [];
  return (
    <Tabs
      value={tab in TABS ? tab : "all"}
      onChange={(value) => setParams(value && value !== "all" ? { show: value } : {}, { replace: true })}
    >
      <div className={css.tools}>
        <Tabs.List>
          {Object.entries(TABS).map(([name, { label, states: of }]) => (
            <Tabs.Tab key={name} value={name}>
              {label} <span className="number">{of.length ? sum(counts.data, of) || "" : total}</span>
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <TextInput
          aria-label="Search drafts"
          placeholder="Name or number"
          leftSection={<Search size={15} aria-hidden />}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          rightSection={typed && <CloseButton size="sm" aria-label="Search nothing" onClick={() => setTyped("")} />}
        />
      </div>
      <Tabs.Panel value={tab in TABS ? tab : "all"}>
        <List key={tab} filter={{ state: states.length ? states : undefined, search: search || undefined }} />
      </Tabs.Panel>
    </Tabs>
  );
}

function sum(counts: ListingCounts, of: State[]): number {
  return of.reduce((all, state) => all + counts[state], 0);
}

function List({ filter }: { filter: ListingFilter }) {
  const may = useMay("write");
  const found = useInfiniteQuery(listingsQuery(filter));
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set());
  const [removing, setRemoving] = useState<string[] | null>(null);
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Waiting />;
  const drafts = found.data.pages.flatMap((page) => page.items);
  const pick = (id: string) => {
    const next = new Set(picked);
    if (!next.delete(id)) next.add(id);
    setPicked(next);
  };
  return (
    <>
      {drafts.length === 0 ? (
        <p className={css.nothing}>{filter.search ? "No draft is called so." : "None."}</p>
      ) : (
        <DraftList drafts={drafts} picked={may ? picked : null} pick={pick} remove={setRemoving} />
      )}
      {found.hasNextPage && (
        <Button variant="subtle" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
          Show more
        </Button>
      )}
      {picked.size > 0 && (
        <div className={css.saveBar} role="toolbar" aria-label="Picked drafts">
          <strong className="number">{many(picked.size, "draft")} picked</strong>
          <Button color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setRemoving([...picked])}>
            Delete at Etsy
          </Button>
          <CloseButton aria-label="Pick none" onClick={() => setPicked(new Set())} />
        </div>
      )}
      {removing && <RemoveDrafts what={{ listings: removing }} close={() => setRemoving(null)} />}
    </>
  );
}

/** As high as what comes, about, so that what is below it stays where it is. */
function Waiting() {
  return <Skeleton height={400} radius="lg" />;
}

function None() {
  const may = useMay("write");
  const etsy = useQuery(etsyQuery);
  if (etsy.isPending) return <Waiting />;
  const connected = etsy.data?.connected ?? true;
  return (
    <EmptyState
      icon={connected ? Tags : Link2}
      title={connected ? "No drafts yet" : "Your shop is not connected to Etsy"}
      words="Choose designs and a listing template; a plan shows what each draft would say, and what Etsy would refuse, before anything is sent."
    >
      {!connected && (
        <Button component={Link} to="/settings/etsy">
          Connect Etsy
        </Button>
      )}
      {connected && may && (
        <Button component={Link} to="/listings/new">
          Make drafts
        </Button>
      )}
    </EmptyState>
  );
}
