import { useElementSize } from "@mantine/hooks";
import { useQueries } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { type DesignFilter, designsPageQuery, GRID_PAGE } from "~/api/queries";
import type { DesignOut, OutlineOut } from "~/api/schema";
import { DesignCard } from "./DesignCard";
import css from "./Designs.module.css";
import { whenJumped } from "./jump";
import { useSelection } from "./selection";

const GAP = 16;
const CAPTION = 62;

interface Props {
  filter: DesignFilter;
  outline: OutlineOut | undefined;
  faded: boolean;
}

/**
 * The grid, as long as all designs; only what is near the screen is in the page. The outline says where each page of
 * designs begins, so that any part of the grid can be read without what is above it.
 */
export function Grid({ filter, outline, faded }: Props) {
  const { ref, width } = useElementSize();
  const top = useTop();
  const columns = Math.max(2, Math.floor((width + GAP) / ((width < 600 ? 150 : 210) + GAP)));
  const cell = width ? (width - GAP * (columns - 1)) / columns : 220;
  const total = outline?.total ?? 24;
  const rows = useWindowVirtualizer({
    count: width ? Math.ceil(total / columns) : 0,
    estimateSize: () => cell + CAPTION + GAP,
    overscan: 3,
    scrollMargin: top.offset,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width makes other heights.
  useLayoutEffect(() => rows.measure(), [rows, cell]);
  useEffect(
    () => whenJumped((page) => rows.scrollToIndex(Math.floor((page * GRID_PAGE) / columns), { align: "start" })),
    [rows, columns],
  );
  const seen = rows.getVirtualItems();
  const designs = useDesigns(
    filter,
    outline,
    (seen[0]?.index ?? 0) * columns,
    ((seen.at(-1)?.index ?? 0) + 1) * columns,
  );
  const picked = useSelection();
  return (
    <div ref={top.ref}>
      <ul
        ref={ref}
        className={css.grid}
        data-faded={faded}
        style={{ height: rows.getTotalSize() }}
        aria-label="Designs"
      >
        {seen.map((row) => (
          <li key={row.key} className={css.row} style={{ transform: `translateY(${row.start - top.offset}px)` }}>
            <ul className={css.cells} style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`, gap: GAP }}>
              {Array.from({ length: columns }, (_, column) => row.index * columns + column)
                .filter((place) => place < total)
                .map((place) => {
                  const design = designs.get(place);
                  return (
                    <DesignCard
                      key={design?.id ?? place}
                      design={design}
                      picked={design ? picked.has(design.id) : false}
                      picking={picked.size > 0}
                    />
                  );
                })}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The designs at the places from `first` up to `last`, of those that are here; asks for the others. */
function useDesigns(
  filter: DesignFilter,
  outline: OutlineOut | undefined,
  first: number,
  last: number,
): Map<number, DesignOut> {
  const pages: number[] = [];
  const from = Math.floor(first / GRID_PAGE);
  const to = Math.floor(Math.max(first, last - 1) / GRID_PAGE);
  for (let page = from; page <= to; page += 1) if (page === 0 || outline?.pages[page]) pages.push(page);
  const found = useQueries({
    queries: pages.map((page) => designsPageQuery(filter, outline?.pages[page]?.cursor ?? null)),
  });
  const designs = new Map<number, DesignOut>();
  found.forEach((one, at) => {
    one.data?.forEach((design, place) => {
      designs.set((pages[at] ?? 0) * GRID_PAGE + place, design);
    });
  });
  return designs;
}

/** How far the grid is from the top of the page, px. */
function useTop() {
  const ref = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    const now = ref.current ? ref.current.getBoundingClientRect().top + window.scrollY : 0;
    if (Math.abs(now - offset) > 1) setOffset(now);
  });
  return { ref, offset };
}
