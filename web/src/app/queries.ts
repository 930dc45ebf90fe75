import { MutationCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "~/api/problem";
import { tellProblem } from "./toasts";

/** What was read of the server, and how it is read again. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (count, error) => Problem.from(error).passing && count < 4,
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
  // A form shows its own problem where it belongs (meta.quiet); all others are told here, so that none is lost.
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      if (!mutation.meta?.quiet) tellProblem(error);
    },
  }),
});
