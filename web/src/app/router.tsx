import { createBrowserRouter, type LoaderFunctionArgs, redirect } from "react-router";
import { designsPageQuery, meQuery } from "~/api/queries";
import { filterFrom } from "~/pages/designs/filter";
import { Fault } from "./Fault";
import { Gate } from "./Gate";
import { queries } from "./queries";

// Asked for while the code of the page is still on its way. A page says itself what went wrong with it, so that the
// promises are let go, and nothing waits for them.
const askWho = () => {
  void queries.prefetchQuery(meQuery);
  return null;
};
const askDesigns = ({ request }: LoaderFunctionArgs) => {
  void queries.prefetchQuery(designsPageQuery(filterFrom(new URL(request.url).searchParams), null));
  return null;
};

/** One entry a page; each is loaded when it is first opened. */
export const router = createBrowserRouter([
  {
    path: "/welcome",
    lazy: async () => ({ Component: (await import("~/pages/welcome/Welcome")).Welcome }),
    ErrorBoundary: Fault,
  },
  {
    path: "/",
    Component: Gate,
    loader: askWho,
    shouldRevalidate: () => false,
    ErrorBoundary: Fault,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: Fault,
        children: [
          { index: true, loader: () => redirect("/designs") },
          { path: "upload", lazy: async () => ({ Component: (await import("~/pages/upload/UploadPage")).UploadPage }) },
          {
            path: "uploads/:upload",
            lazy: async () => ({ Component: (await import("~/pages/upload/PastUploadPage")).PastUploadPage }),
          },
          {
            path: "designs",
            loader: askDesigns,
            lazy: async () => ({ Component: (await import("~/pages/designs/DesignsPage")).DesignsPage }),
          },
          {
            path: "designs/:design",
            lazy: async () => ({ Component: (await import("~/pages/designs/DesignPage")).DesignPage }),
          },
          {
            path: "duplicates",
            lazy: async () => ({ Component: (await import("~/pages/duplicates/DuplicatesPage")).DuplicatesPage }),
          },
          {
            path: "mockups",
            lazy: async () => ({ Component: (await import("~/pages/mockups/MockupsPage")).MockupsPage }),
          },
          {
            path: "mockups/render",
            lazy: async () => ({ Component: (await import("~/pages/mockups/RenderPage")).RenderPage }),
          },
          {
            path: "mockups/editor/:set?",
            lazy: async () => ({ Component: (await import("~/editor/EditorPage")).EditorPage }),
          },
          {
            path: "listings",
            lazy: async () => ({ Component: (await import("~/pages/listings/ListingsPage")).ListingsPage }),
          },
          {
            path: "listings/new",
            lazy: async () => ({ Component: (await import("~/pages/listings/NewPage")).NewPage }),
          },
          {
            path: "listings/runs/:job",
            lazy: async () => ({ Component: (await import("~/pages/listings/RunPage")).RunPage }),
          },
          {
            path: "listings/templates",
            lazy: async () => ({ Component: (await import("~/pages/listings/TemplatesPage")).TemplatesPage }),
          },
          {
            path: "listings/templates/:template",
            lazy: async () => ({ Component: (await import("~/pages/listings/TemplatePage")).TemplatePage }),
          },
          { path: "jobs", lazy: async () => ({ Component: (await import("~/pages/jobs/JobsPage")).JobsPage }) },
          { path: "jobs/:job", lazy: async () => ({ Component: (await import("~/pages/jobs/JobsPage")).JobsPage }) },
          {
            path: "settings/:section?",
            lazy: async () => ({ Component: (await import("~/pages/settings/SettingsPage")).SettingsPage }),
          },
          { path: "*", lazy: async () => ({ Component: (await import("~/pages/NotFound")).NotFound }) },
        ],
      },
    ],
  },
]);
