import type { DesignOut, MatchOut, PrintFileOut } from "~/api/schema";

/** The print file for the template that was compared. */
export function printOf(design: DesignOut | null, template: string): PrintFileOut | undefined {
  return design?.print_files.find((file) => file.template === template) ?? design?.print_files[0];
}

export interface Pictures {
  small: string | null;
  large: string | null;
}

/** The newcomer: its print file where it was stored, else what was kept of it when it was refused. */
export function newcomerOf(match: MatchOut): Pictures {
  return picturesOf(match, match.newcomer, match.newcomer_picture?.url ?? null);
}

/** What the shop had when the two were compared. */
export function matchedOf(match: MatchOut): Pictures {
  return picturesOf(match, match.matched, match.matched_picture?.url ?? null);
}

function picturesOf(match: MatchOut, design: DesignOut | null, kept: string | null): Pictures {
  const file = printOf(design, match.template);
  // Where art was replaced, the print files have changed places since; the kept pictures show what was compared.
  if (!file?.url || (match.decision === "replace" && kept)) return { small: kept, large: kept };
  return { small: file.thumbnail, large: file.url };
}
