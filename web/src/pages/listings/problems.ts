import type { PlanProblem } from "~/api/schema";
import { FIELDS } from "./fields";

/** The cells of a row of the plan; what belongs to none of the others stands in "rest". */
export type Cell = "pictures" | "title" | "description" | "tags" | "price" | "quantity" | "sku" | "category" | "rest";

const CELLS: Record<string, Cell> = {
  mockup_sets: "pictures",
  shared_pictures: "pictures",
  alt_text: "pictures",
  title: "title",
  description: "description",
  tags: "tags",
  price: "price",
  quantity: "quantity",
  sku: "sku",
  category: "category",
};

export function cellOf(problem: PlanProblem): Cell {
  return CELLS[problem.field] ?? "rest";
}

export function problemsIn(cell: Cell, problems: readonly PlanProblem[]): PlanProblem[] {
  return problems.filter((one) => cellOf(one) === cell);
}

/** "Title: has 156 characters." -> "The title has 156 characters."; what names its subject itself stands alone. */
export function sentence(problem: PlanProblem): string {
  const label = `${problem.field.replaceAll("_", " ")}: `;
  const labelled = problem.message.toLowerCase().startsWith(label);
  const words = labelled ? problem.message.slice(label.length) : problem.message;
  const predicate = /^(is|are|has|holds)\b/.test(words);
  const text = predicate ? `${FIELDS[problem.field] ?? problem.field} ${words}` : words;
  const whole = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

/** What a page can do that a command would otherwise: the server's words name commands. */
const HERE: Record<string, string> = {
  pictures_missing: "Render its mockups, then look here again.",
  picture_unknown: "Add the picture to the shared pictures, or leave it out of the listing template.",
  shipping_missing: "Physical things need one: choose it in the listing template.",
  readiness_missing: "Physical things need one: choose it in the listing template.",
  taxonomy_unknown: "Choose one here, or in the listing template for all.",
  word_missing: "Give the listing template a word of that name.",
};

export function remedy(problem: PlanProblem): string {
  if (problem.code === "field_missing" && problem.field === "category")
    return "Choose one here, or in the listing template for all.";
  return HERE[problem.code] ?? problem.remedy;
}

/** Where a thing is mended that is no matter of this row. */
export function placeOf(problem: PlanProblem, template: number): { to: string; words: string } | null {
  if (problem.code === "pictures_missing" || problem.code.startsWith("picture_")) {
    return { to: "/mockups/render", words: "Render mockups" };
  }
  const cell = cellOf(problem);
  if (cell === "rest" || cell === "category" || problem.code === "word_missing") {
    return { to: `/listings/templates/${template}#${problem.field}`, words: "To the listing template" };
  }
  return null;
}

/** Without commands of the terminal, which a page has buttons for: "Render some: `printdock mockups render`." -> "Render some." */
export function plainly(text: string): string {
  return text.replaceAll(/:? `printdock [^`]*`/g, "").replaceAll(/: printdock [a-z ]+/g, "");
}
