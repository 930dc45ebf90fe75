import type { ListingTemplate } from "~/api/schema";

/** A listing template as its form holds it: numbers are text while they are typed. */
export interface Values {
  name: string;
  product: string;
  title: string;
  description: string;
  tags: string[];
  materials: string[];
  styles: string[];
  alt_text: string;
  sku: string;
  price: string;
  quantity: string;
  who_made: string;
  when_made: string;
  is_supply: boolean;
  category: string;
  section: string;
  shipping_profile: string;
  return_policy: string;
  processing_profile: string;
  production_partners: string[];
  type: string;
  item_weight: string;
  item_weight_unit: string;
  item_length: string;
  item_width: string;
  item_height: string;
  item_dimensions_unit: string;
  should_auto_renew: boolean;
  is_customizable: boolean | null;
  is_taxable: boolean | null;
  mockup_sets: string[];
  shared_pictures: string[];
  /** The seller's own words, in the order in which they were written. */
  fields: [string, string][];
}

export const NEW: Values = {
  name: "",
  product: "",
  title: "{design} | {prefix} {number}",
  description: "",
  tags: [],
  materials: [],
  styles: [],
  alt_text: "{design} on a {picture}",
  sku: "",
  price: "",
  quantity: "",
  who_made: "i_did",
  when_made: "made_to_order",
  is_supply: false,
  category: "",
  section: "",
  shipping_profile: "",
  return_policy: "",
  processing_profile: "",
  production_partners: [],
  type: "physical",
  item_weight: "",
  item_weight_unit: "",
  item_length: "",
  item_width: "",
  item_height: "",
  item_dimensions_unit: "",
  should_auto_renew: false,
  is_customizable: null,
  is_taxable: null,
  mockup_sets: [],
  shared_pictures: [],
  fields: [],
};

const NUMBERS = ["price", "quantity", "item_weight", "item_length", "item_width", "item_height"] as const;

/** Of what the server keeps. */
export function valuesOf(data: object): Values {
  const values: Record<string, unknown> = { ...NEW };
  const kept = data as Record<string, unknown>;
  for (const name of Object.keys(NEW)) if (name in kept) values[name] = kept[name];
  for (const name of NUMBERS) values[name] = String(kept[name] ?? "");
  values.fields = Object.entries((kept.fields ?? {}) as Record<string, string>);
  return values as unknown as Values;
}

/** As the server takes it: empty numbers are none, and a comma is a point. */
export function dataOf(values: Values): ListingTemplate {
  return {
    ...values,
    price: amount(values.price),
    quantity: values.quantity.trim() === "" ? null : Number(values.quantity),
    item_weight: amount(values.item_weight),
    item_length: amount(values.item_length),
    item_width: amount(values.item_width),
    item_height: amount(values.item_height),
    fields: Object.fromEntries(values.fields.filter(([name]) => name.trim() !== "")),
  };
}

function amount(text: string): string | null {
  return text.trim() === "" ? null : text.trim().replace(",", ".");
}
