import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Images, SearchX, Trash2, UploadCloud } from "lucide-react";
import { Link } from "react-router";
import { designsPageQuery, outlineQuery } from "~/api/queries";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { TrySamples } from "~/ui/Samples";
import { many } from "~/ui/words";
import { FilterBar } from "./FilterBar";
import { useDesignFilter } from "./filter";
import { Grid } from "./Grid";
import { SelectionBar } from "./SelectionBar";

/** All the shop's designs. */
export function DesignsPage() {
  const { filter, set } = useDesignFilter();
  // The first pictures are not kept waiting by counting all the others.
  const begun = useQuery(designsPageQuery(filter, null)).isFetched;
  const outline = useQuery({ ...outlineQuery(filter), enabled: begun });
  const filtered = Object.keys(filter).length > 0;
  const total = outline.data?.total;
  return (
    <>
      <PageHead
        title="Designs"
        words={total === undefined ? "\u00a0" : filtered ? `${many(total, "design")} found` : many(total, "design")}
      >
        <Button component={Link} to="/upload" leftSection={<UploadCloud size={17} aria-hidden />} visibleFrom="sm">
          Upload
        </Button>
      </PageHead>
      {(filtered || total !== 0) && <FilterBar filter={filter} set={set} outline={outline.data} />}
      {outline.isError ? (
        <ProblemNote error={outline.error} again={() => void outline.refetch()} />
      ) : total === 0 ? (
        <Nothing
          filtered={filtered}
          deleted={filter.deleted === true}
          clear={() => set({ q: null, template: null, state: null, similar: null, upload: null, deleted: null })}
        />
      ) : (
        <Grid filter={filter} outline={outline.data} faded={outline.isPlaceholderData} />
      )}
      <SelectionBar />
    </>
  );
}

function Nothing({ filtered, deleted, clear }: { filtered: boolean; deleted: boolean; clear: () => void }) {
  if (deleted) {
    return (
      <EmptyState
        icon={Trash2}
        title="Nothing was deleted"
        words="What you delete is kept here for 30 days, to be brought back."
      >
        <Button variant="default" onClick={clear}>
          Show all designs
        </Button>
      </EmptyState>
    );
  }
  if (filtered) {
    return (
      <EmptyState
        icon={SearchX}
        title="No design is like that"
        words="Search finds part of a name or of a file name, or a number exactly."
      >
        <Button variant="default" onClick={clear}>
          Show all designs
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Images}
      title="No designs yet"
      words="Drop a folder of art anywhere on this page. Each design is trimmed and sized for the product you choose, and appears here."
    >
      <Button component={Link} to="/upload" leftSection={<UploadCloud size={18} aria-hidden />}>
        Upload the first designs
      </Button>
      <TrySamples />
    </EmptyState>
  );
}
