import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body, setCsrfToken } from "./client";
import { Problem } from "./problem";
import type { MeOut, paths, TemplateOut } from "./schema";

/** Keys begin with what events are about, so that one event makes all its lists stale: see live/events.ts. */
export const keys = {
  me: ["me"],
  uploads: ["uploads"],
  designs: ["designs"],
  duplicates: ["duplicates"],
  jobs: ["jobs"],
  mockups: ["mockups"],
  sets: ["mockup-sets"],
  templates: ["templates"],
  library: ["library"],
  samples: ["samples"],
  listings: ["listings"],
  etsy: ["etsy"],
} as const;

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: async ({ signal }): Promise<MeOut | null> => {
    try {
      const me = await body(api.GET("/api/v1/me", { signal }));
      setCsrfToken(me.csrf_token);
      return me;
    } catch (error) {
      if (Problem.from(error).status === 401) return null;
      throw error;
    }
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** A template as its list answers it (typed calls make lists of tuples). */
export type Template = Omit<TemplateOut, "recipe"> & {
  recipe: Omit<TemplateOut["recipe"], "canvas_in"> & { canvas_in: number[] | null };
};

export const templatesQuery = queryOptions({
  queryKey: keys.templates,
  queryFn: async ({ signal }) =>
    (await body(api.GET("/api/v1/templates", { params: { query: { limit: 200 } }, signal }))).items,
});

export const presetsQuery = queryOptions({
  queryKey: [...keys.templates, "presets"],
  queryFn: async ({ signal }) => (await body(api.GET("/api/v1/templates/presets", { signal }))).items,
  staleTime: Number.POSITIVE_INFINITY,
});

export const libraryQuery = queryOptions({
  queryKey: keys.library,
  queryFn: ({ signal }) => body(api.GET("/api/v1/library", { signal })),
});

export const samplesQuery = queryOptions({
  queryKey: keys.samples,
  queryFn: ({ signal }) => body(api.GET("/api/v1/samples", { signal })),
  staleTime: 60_000,
});

export type DesignFilter = NonNullable<paths["/api/v1/designs"]["get"]["parameters"]["query"]>;

export const designQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.designs, "one", id],
    queryFn: ({ signal }) => body(api.GET("/api/v1/designs/{design}", { params: { path: { design: id } }, signal })),
  });

export type MatchFilter = NonNullable<paths["/api/v1/duplicates"]["get"]["parameters"]["query"]>;

export const duplicatesQuery = (filter: MatchFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.duplicates, filter],
    queryFn: ({ pageParam, signal }) =>
      body(api.GET("/api/v1/duplicates", { params: { query: { ...filter, limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** How many matches wait for a person, up to 200: the number beside "Duplicates". */
export const waitingQuery = queryOptions({
  queryKey: [...keys.duplicates, "waiting"],
  queryFn: async ({ signal }) => {
    const page = await body(api.GET("/api/v1/duplicates", { params: { query: { limit: 100 } }, signal }));
    return { count: page.items.length, more: page.next !== null };
  },
});

export const uploadsQuery = infiniteQueryOptions({
  queryKey: [...keys.uploads, "list"],
  queryFn: ({ pageParam, signal }) =>
    body(api.GET("/api/v1/uploads", { params: { query: { limit: 20, cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});

export const uploadQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.uploads, "one", id],
    queryFn: ({ signal }) => body(api.GET("/api/v1/uploads/{upload}", { params: { path: { upload: id } }, signal })),
  });

export type JobFilter = NonNullable<paths["/api/v1/jobs"]["get"]["parameters"]["query"]>;

export const jobsQuery = (filter: JobFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.jobs, "list", filter],
    queryFn: ({ pageParam, signal }) =>
      body(api.GET("/api/v1/jobs", { params: { query: { ...filter, limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: [...keys.jobs, "one", id],
    queryFn: ({ signal }) => body(api.GET("/api/v1/jobs/{job}", { params: { path: { job: id } }, signal })),
  });

export const jobCountsQuery = queryOptions({
  queryKey: [...keys.jobs, "counts"],
  queryFn: ({ signal }) => body(api.GET("/api/v1/jobs/counts", { signal })),
});

export const setsQuery = queryOptions({
  queryKey: keys.sets,
  queryFn: async ({ signal }) =>
    (await body(api.GET("/api/v1/mockup-sets", { params: { query: { limit: 200 } }, signal }))).items,
});

export type MockupFilter = NonNullable<paths["/api/v1/mockups"]["get"]["parameters"]["query"]>;

export const mockupsQuery = (filter: MockupFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.mockups, filter],
    queryFn: ({ pageParam, signal }) =>
      body(api.GET("/api/v1/mockups", { params: { query: { ...filter, limit: 60, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const membersQuery = queryOptions({
  queryKey: ["members"],
  queryFn: async ({ signal }) =>
    (await body(api.GET("/api/v1/members", { params: { query: { limit: 200 } }, signal }))).items,
});

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: async ({ signal }) => (await body(api.GET("/api/v1/invitations", { signal }))).items,
});

export const apiKeysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: async ({ signal }) =>
    (await body(api.GET("/api/v1/keys", { params: { query: { limit: 200 } }, signal }))).items,
});

export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: async ({ signal }) => (await body(api.GET("/api/v1/settings", { signal }))).items,
});

export const storageQuery = queryOptions({
  queryKey: ["storage"],
  queryFn: ({ signal }) => body(api.GET("/api/v1/storage", { signal })),
  refetchInterval: 20_000,
});

export const auditQuery = infiniteQueryOptions({
  queryKey: ["audit"],
  queryFn: ({ pageParam, signal }) =>
    body(api.GET("/api/v1/audit", { params: { query: { limit: 50, cursor: pageParam } }, signal })),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});

/** Designs of a page of the grid. */
export const GRID_PAGE = 60;

export const outlineQuery = (filter: DesignFilter) =>
  queryOptions({
    queryKey: [...keys.designs, "outline", filter],
    queryFn: ({ signal }) =>
      body(api.GET("/api/v1/designs/outline", { params: { query: { ...filter, every: GRID_PAGE } }, signal })),
    placeholderData: (before) => before,
  });

export const designsPageQuery = (filter: DesignFilter, cursor: string | null) =>
  queryOptions({
    queryKey: [...keys.designs, "page", filter, cursor],
    queryFn: async ({ signal }) => {
      const query = { ...filter, limit: GRID_PAGE, cursor: cursor ?? undefined };
      return (await body(api.GET("/api/v1/designs", { params: { query }, signal }))).items;
    },
    // Pages that were scrolled past are soon forgotten: memory does not grow with the library.
    gcTime: 60_000,
    staleTime: 60_000,
  });
