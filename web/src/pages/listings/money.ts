/** "3.50", "USD" -> "US$3.50" as the reader's language writes it. */
export function priceIn(price: string | number | null | undefined, currency: string): string {
  if (price === null || price === undefined || price === "") return "No price";
  const value = Number(price);
  if (!Number.isFinite(value)) return String(price);
  if (!/^[A-Z]{3}$/.test(currency)) return value.toFixed(2);
  return new Intl.NumberFormat(undefined, { style: "currency", currency }).format(value);
}
