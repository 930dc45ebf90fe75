import { createBrowserRouter, Navigate } from "react-router";
import { Fault } from "./Fault";
import { Gate } from "./Gate";

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
    ErrorBoundary: Fault,
    HydrateFallback: () => null,
    children: [
      {
        ErrorBoundary: Fault,
        children: [
          { index: true, element: <Navigate to="/designs" replace /> },
          { path: "upload", lazy: async () => ({ Component: (await import("~/pages/upload/UploadPage")).UploadPage }) },
          {
            path: "uploads/:upload",
            lazy: async () => ({ Component: (await import("~/pages/upload/PastUploadPage")).PastUploadPage }),
          },
          {
            path: "designs",
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
