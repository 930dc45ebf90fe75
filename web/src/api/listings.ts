import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, body } from "./client";
import { keys } from "./queries";
import type { paths } from "./schema";

/** What is read of Etsy and of drafts there: apart from the other queries, since only their pages load it. */

export const etsyQuery = queryOptions({
  queryKey: keys.etsy,
  queryFn: ({ signal }) => body(api.GET("/api/v1/etsy/connection", { signal })),
  // Connecting happens in another tab, or at Etsy: whoever comes back here wants to know.
  staleTime: 0,
});

export const etsyBudgetQuery = queryOptions({
  queryKey: [...keys.etsy, "budget"],
  queryFn: ({ signal }) => body(api.GET("/api/v1/etsy/budget", { signal })),
  refetchInterval: 30_000,
});

export const listingTemplatesQuery = queryOptions({
  queryKey: [...keys.listings, "templates"],
  queryFn: async ({ signal }) => (await body(api.GET("/api/v1/listing-templates", { signal }))).items,
});

export const listingTemplateQuery = (id: number) =>
  queryOptions({
    queryKey: [...keys.listings, "template", id],
    queryFn: ({ signal }) =>
      body(
        api.GET("/api/v1/listing-templates/{listing_template}", { params: { path: { listing_template: id } }, signal }),
      ),
  });

/** What the shop has at Etsy, by kind: sections, profiles, policies, partners. */
export const namesQuery = queryOptions({
  queryKey: [...keys.etsy, "names"],
  queryFn: async ({ signal }) =>
    (await body(api.GET("/api/v1/listings/names", { params: { query: { limit: 500 } }, signal }))).items,
  staleTime: 60_000,
});

/** Etsy's categories whose path holds `search`. */
export const categoriesQuery = (search: string) =>
  queryOptions({
    queryKey: [...keys.etsy, "categories", search],
    queryFn: async ({ signal }) => {
      const query = { kind: "category", search, limit: 50 } as const;
      const found = await body(api.GET("/api/v1/listings/names", { params: { query }, signal }));
      return found.items.map((one) => one.name);
    },
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });

export const sharedPicturesQuery = queryOptions({
  queryKey: [...keys.listings, "pictures"],
  queryFn: async ({ signal }) => (await body(api.GET("/api/v1/listings/pictures", { signal }))).items,
});

/** What is planned: a listing template by name, and designs (null: all of its product). */
export interface Planning {
  template: string;
  designs: string[] | null;
}

/** Rows of the plan that come at a time. */
const PLAN_PAGE = 200;

/** Nothing is asked of Etsy while a person waits for the plan; making a draft compares it. */
const AS_IT_IS = { overwrite: false, look: false };

export const planQuery = (asked: Planning) =>
  infiniteQueryOptions({
    queryKey: [...keys.listings, "plan", asked],
    queryFn: ({ pageParam, signal }) =>
      body(
        api.POST("/api/v1/listings/plan", {
          body: { ...asked, ...AS_IT_IS, after: pageParam, limit: PLAN_PAGE },
          signal,
        }),
      ),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => page.next ?? undefined,
    staleTime: 60_000,
  });

export type ListingFilter = NonNullable<paths["/api/v1/listings"]["get"]["parameters"]["query"]>;

export const listingsQuery = (filter: ListingFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.listings, "drafts", filter],
    queryFn: ({ pageParam, signal }) =>
      body(api.GET("/api/v1/listings", { params: { query: { ...filter, limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });

export const listingCountsQuery = queryOptions({
  queryKey: [...keys.listings, "drafts", "counts"],
  queryFn: ({ signal }) => body(api.GET("/api/v1/listings/counts", { signal })),
});
