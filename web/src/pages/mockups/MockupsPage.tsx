import { Button, Select, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download, Images, PencilRuler, Shirt } from "lucide-react";
import { useEffect, useRef } from "react";
import { Link, useSearchParams } from "react-router";
import { type MockupFilter, mockupsQuery, setsQuery } from "~/api/queries";
import type { SetOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { EmptyState } from "~/ui/EmptyState";
import { Gallery } from "~/ui/Gallery";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { useDownload } from "~/ui/useDownload";
import { ImportPack } from "./ImportPack";
import css from "./Mockups.module.css";
import { SetCard } from "./SetCard";

/** The sets of base images, and what was rendered on them. */
export function MockupsPage() {
  const may = useMay("write");
  const sets = useQuery(setsQuery);
  if (sets.isError) return <ProblemNote error={sets.error} again={() => void sets.refetch()} />;
  return (
    <>
      <PageHead title="Mockups" words="Your designs on photos of the products you sell.">
        {may && (sets.data?.length ?? 0) > 0 && (
          <>
            <ImportPack />
            <Button
              component={Link}
              to="/mockups/editor"
              variant="default"
              leftSection={<PencilRuler size={16} aria-hidden />}
            >
              New set
            </Button>
            <Button component={Link} to="/mockups/render" leftSection={<Shirt size={17} aria-hidden />}>
              Render mockups
            </Button>
          </>
        )}
      </PageHead>
      {sets.isPending ? (
        <Skeleton height={260} radius="lg" />
      ) : sets.data.length === 0 ? (
        <EmptyState
          icon={Shirt}
          title="No mockup sets yet"
          words="A set is a few photos of one product, with the print area marked on each. Draw one here, or import a pack."
        >
          {may && (
            <>
              <Button component={Link} to="/mockups/editor" leftSection={<PencilRuler size={17} aria-hidden />}>
                New set
              </Button>
              <ImportPack />
            </>
          )}
        </EmptyState>
      ) : (
        <>
          <ul className={css.sets} aria-label="Mockup sets">
            {sets.data.map((one) => (
              <SetCard key={one.id} set={one} may={may} />
            ))}
          </ul>
          <Rendered sets={sets.data} />
        </>
      )}
    </>
  );
}

function Rendered({ sets }: { sets: SetOut[] }) {
  const [params, setParams] = useSearchParams();
  const filter: MockupFilter = {};
  const set = params.get("set");
  const number = Number(params.get("number"));
  if (set) filter.set = set;
  if (params.get("number") && number >= 0) filter.number = number;
  const change = (name: string, value: string) =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const soon = useDebouncedCallback((value: string) => change("number", value), 250);
  const found = useInfiniteQuery(mockupsQuery(filter));
  const download = useDownload();
  const all = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-labelledby="rendered">
      <div className={css.renderedHead}>
        <h2 id="rendered">Rendered</h2>
        <TextInput
          aria-label="Number of the print file"
          placeholder="Number"
          inputMode="numeric"
          w={110}
          defaultValue={params.get("number") ?? ""}
          onChange={(event) => soon(event.currentTarget.value.replace(/\D/g, ""))}
        />
        <Select
          aria-label="Mockup set"
          w={190}
          data={[{ value: "", label: "All sets" }, ...sets.map((one) => one.name)]}
          value={set ?? ""}
          onChange={(value) => change("set", value ?? "")}
        />
        {set && filter.number === undefined && all.length > 0 && (
          <Button
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
            loading={download.isPending}
            onClick={() => download.mutate({ what: "mockups", set })}
          >
            Download
          </Button>
        )}
      </div>
      {found.isError ? (
        <ProblemNote error={found.error} again={() => void found.refetch()} />
      ) : found.isPending ? (
        <Skeleton height={240} radius="lg" />
      ) : all.length === 0 ? (
        <EmptyState
          icon={Images}
          title={set || filter.number !== undefined ? "Nothing like that was rendered" : "Nothing was rendered yet"}
          words="Choose designs and a set, look at a sample of ten, then render the rest."
        />
      ) : (
        <>
          <Gallery mockups={all} captions />
          {found.hasNextPage && <More load={() => void found.fetchNextPage()} busy={found.isFetchingNextPage} />}
        </>
      )}
    </section>
  );
}

/** The next page, when the end comes into sight. */
function More({ load, busy }: { load: () => void; busy: boolean }) {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver(([entry]) => entry?.isIntersecting && !busy && load(), {
      rootMargin: "800px",
    });
    if (ref.current) watcher.observe(ref.current);
    return () => watcher.disconnect();
  }, [load, busy]);
  return (
    <Button ref={ref} variant="subtle" fullWidth mt="md" loading={busy} onClick={load}>
      Show more
    </Button>
  );
}
