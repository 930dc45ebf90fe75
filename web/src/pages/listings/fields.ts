/** What people call the fields of a listing template. */
export const FIELDS: Record<string, string> = {
  name: "The name",
  product: "The product",
  title: "The title",
  description: "The description",
  tags: "The tags",
  materials: "The materials",
  styles: "The styles",
  alt_text: "The alternative text",
  sku: "The SKU",
  price: "The price",
  quantity: "The quantity",
  who_made: "Who made it",
  when_made: "When it was made",
  category: "The category",
  section: "The section",
  shipping_profile: "The shipping profile",
  return_policy: "The return policy",
  processing_profile: "The processing profile",
  production_partners: "The production partner",
  type: "The type",
  item_weight: "The weight",
  item_weight_unit: "The unit of the weight",
  item_length: "The length",
  item_width: "The width",
  item_height: "The height",
  item_dimensions_unit: "The unit of the size",
  mockup_sets: "The mockups",
  shared_pictures: "The shared pictures",
  inventory: "Price, quantity and SKU",
  pictures: "The pictures",
  file: "The buyer's file",
};

/** Without its article: "Title". */
export function fieldName(field: string): string {
  const name = (FIELDS[field] ?? field.replaceAll("_", " ")).replace(/^The /, "");
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
