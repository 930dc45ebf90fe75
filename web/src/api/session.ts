import type { QueryClient } from "@tanstack/react-query";
import { setCsrfToken } from "./client";
import { keys } from "./queries";
import type { MeOut } from "./schema";

/**
 * Another person, or another shop, from now on (null: nobody): what was read for the one before is forgotten. The query
 * of who is signed in stays, for pages watch it.
 */
export function become(queries: QueryClient, me: MeOut | null): void {
  setCsrfToken(me?.csrf_token ?? "");
  queries.setQueryData(keys.me, me);
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.me[0] });
}
