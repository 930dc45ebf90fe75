/**
 * What Etsy allows, for counters only: whether a text is good is said by the server (`listings/checks.py`), which also
 * knows the characters and the words.
 */
export const MOST = {
  title: 140,
  tag: 20,
  tags: 13,
  material: 45,
  materials: 13,
  style: 45,
  styles: 2,
  sku: 32,
  alt: 500,
};

/** Characters as the server and Etsy count them: code points, composed. */
export function characters(text: string): number {
  return [...text.normalize("NFC")].length;
}

/** "a, b,,c" -> ["a", "b", "c"]: tags are pasted with commas or line breaks between, and hold none. */
export function split(text: string): string[] {
  return text
    .split(/[,\n;]/)
    .map((one) => one.trim().replaceAll(/\s+/g, " "))
    .filter((one) => one !== "");
}
