import { useMemo } from "react";
import { useSearchParams } from "react-router";
import type { DesignFilter } from "~/api/queries";

/** What the grid shows, as the address bar says it: a link to it shows the same. */
export function useDesignFilter(): { filter: DesignFilter; set: (change: Record<string, string | null>) => void } {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => filterFrom(params), [params]);
  const set = (change: Record<string, string | null>) => {
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries(change)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { replace: true },
    );
  };
  return { filter, set };
}

export function filterFrom(params: URLSearchParams): DesignFilter {
  const filter: DesignFilter = {};
  const search = params.get("q")?.trim();
  if (search) filter.search = search.slice(0, 200);
  const template = Number(params.get("template"));
  if (template > 0) filter.template = template;
  const state = params.get("state");
  if (state === "stored" || state === "spooled" || state === "missing") filter.state = state;
  if (params.get("similar")) filter.similar = true;
  const upload = params.get("upload");
  if (upload) filter.upload = upload;
  if (params.get("deleted")) filter.deleted = true;
  return filter;
}
