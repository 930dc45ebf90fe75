import { queryOptions } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { DraftFileOut, PreviewIn } from "~/api/schema";
import type { Doc } from "./model";

export type FileKind = "photo" | "mask" | "mark";
export type Shown = "pattern" | "none" | (string & {});

export const draftsQuery = queryOptions({
  queryKey: [...keys.sets, "drafts"],
  queryFn: async ({ signal }) => (await body(api.GET("/api/v1/mockup-drafts", { signal }))).items,
});

const at = (set: string) => ({ params: { path: { mockup_set: set } } });

export const draftQuery = (set: string) =>
  queryOptions({
    queryKey: [...keys.sets, "draft", set],
    queryFn: ({ signal }) => body(api.GET("/api/v1/mockup-sets/{mockup_set}/draft", { ...at(set), signal })),
    // What is on the screen is the editor's own; it is read once, when the editor opens.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export function beginSet(name: string, template: string | null) {
  return body(api.POST("/api/v1/mockup-drafts", { body: { name, template } }));
}

export function saveDraft(set: string, doc: Doc, version: string, over: boolean) {
  const description = doc as unknown as Record<string, unknown>;
  return body(api.PUT("/api/v1/mockup-sets/{mockup_set}/draft", { ...at(set), body: { description, version, over } }));
}

export function discardDraft(set: string) {
  return api.DELETE("/api/v1/mockup-sets/{mockup_set}/draft", at(set));
}

export function checkDraft(set: string, doc: Doc, signal: AbortSignal) {
  const description = doc as unknown as Record<string, unknown>;
  return body(api.POST("/api/v1/mockup-sets/{mockup_set}/draft/check", { ...at(set), body: { description }, signal }));
}

/** Bytes as they are: neither form nor JSON. */
const raw = (type: string, data: Blob) => ({
  body: data as never,
  bodySerializer: (it: unknown) => it as Blob,
  headers: { "Content-Type": type },
});

export async function addPicture(set: string, file: File, kind: FileKind): Promise<DraftFileOut> {
  return body(
    api.POST("/api/v1/mockup-sets/{mockup_set}/files", {
      params: { path: { mockup_set: set }, query: { name: file.name, kind } },
      ...raw("application/octet-stream", file),
    }),
  );
}

export function importPack(file: File) {
  return body(api.POST("/api/v1/mockup-sets", raw("application/zip", file)));
}

export async function preview(set: string, wanted: PreviewIn, signal: AbortSignal): Promise<Blob> {
  const made = api.POST("/api/v1/mockup-sets/{mockup_set}/preview", {
    ...at(set),
    body: wanted,
    parseAs: "blob",
    signal,
  });
  return (await made).data as unknown as Blob;
}
