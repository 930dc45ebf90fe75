import "@fontsource-variable/inter/wght.css";
import "virtual:mantine-styles.css";
import "@mantine/notifications/styles.css";
import "./app/global.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { Problem } from "./api/problem";
import { router } from "./app/router";
import { theme } from "./app/theme";
import { tellProblem } from "./app/toasts";

const queries = new QueryClient({
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

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;

// What locks the scrolling behind a dialog adds a style of its own, and asks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce ?? ""}>
        <QueryClientProvider client={queries}>
          <Notifications position="bottom-center" limit={3} />
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
