import { api, body } from "~/api/client";
import type { ListingTemplateOut } from "~/api/schema";
import { dataOf, type Values } from "./values";

/** Keep a listing template: a new one where `id` is null. */
export function saveTemplate(id: number | null, values: Values): Promise<ListingTemplateOut> {
  const data = dataOf(values);
  if (id === null) return body(api.POST("/api/v1/listing-templates", { body: data }));
  const params = { path: { listing_template: id } };
  return body(api.PUT("/api/v1/listing-templates/{listing_template}", { params, body: data }));
}

/** Take in a spreadsheet, or a JSON file; answers how many templates it held. */
export async function importTemplates(file: File): Promise<number> {
  const type = /\.json$/i.test(file.name) ? "application/json" : "text/csv";
  const done = await body(
    api.POST("/api/v1/listing-templates/import", {
      body: (await file.text()) as never,
      bodySerializer: (text: unknown) => text as string,
      headers: { "Content-Type": type },
    }),
  );
  return done.imported.length;
}
