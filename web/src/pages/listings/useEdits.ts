import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { type Planning, planQuery } from "~/api/listings";
import type { EditsIn, PlanOut, PlanRow } from "~/api/schema";
import { editOf, type OwnField } from "./plan";

export interface EditCalls {
  /** Keep one field of a row's own; null: as the template says. */
  save: (row: PlanRow, field: OwnField, value: string | string[] | null) => Promise<void>;
  change: (row: PlanRow, edits: EditsIn) => Promise<void>;
}

/** Edits of single rows: kept on the server, and seen in the plan at once. */
export function useEdits(template: number, asked: Planning): EditCalls {
  const queries = useQueryClient();
  const { queryKey } = planQuery(asked);
  const change = async (row: PlanRow, edits: EditsIn) => {
    const params = { path: { listing_template: template, design: row.design } };
    const done = await body(
      api.PATCH("/api/v1/listing-templates/{listing_template}/edits/{design}", { params, body: edits }),
    );
    const fresh = done.row;
    if (fresh) {
      queries.setQueryData<InfiniteData<PlanOut>>(queryKey, (before) => before && withRow(before, fresh));
    }
    // The counts, and rows that this one was too like, are another matter.
    void queries.invalidateQueries({ queryKey });
  };
  return { change, save: (row, field, value) => change(row, editOf(field, value)) };
}

function withRow<Page>(data: InfiniteData<PlanOut, Page>, row: PlanRow): InfiniteData<PlanOut, Page> {
  const pages = data.pages.map((page) => ({
    ...page,
    rows: page.rows.map((one) => (one.design === row.design ? row : one)),
  }));
  return { ...data, pages };
}
