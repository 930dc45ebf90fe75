import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useMemo } from "react";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { DesignOut } from "~/api/schema";

const MOST_PAGES = 5;

/** The designs that came with an upload, by id: their pictures and lights. Read again as they are stored. */
export function useUploadDesigns(upload: string | null, any: boolean, over: boolean): Map<string, DesignOut> {
  const found = useQuery({
    // Below "uploads": each event of the upload makes it stale.
    queryKey: [...keys.uploads, "designs", upload],
    enabled: any && upload !== null,
    staleTime: over ? Number.POSITIVE_INFINITY : 0,
    queryFn: async ({ signal }) => {
      const designs: DesignOut[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const query = { upload: upload ?? "", limit: 200, cursor };
        const some = await body(api.GET("/api/v1/designs", { params: { query }, signal }));
        designs.push(...some.items);
        if (!some.next) break;
        cursor = some.next;
      }
      return designs;
    },
  });
  // A list keeps what is the same as before, so that only rows with news are drawn again; and those a few at a time.
  const designs = useMemo(() => new Map((found.data ?? []).map((one) => [one.id, one])), [found.data]);
  return useDeferredValue(designs);
}
