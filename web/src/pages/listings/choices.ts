export const TYPES = [
  { value: "physical", label: "A parcel" },
  { value: "download", label: "A file to download" },
  { value: "both", label: "A parcel and a file" },
];

export const WHO = [
  { value: "i_did", label: "I do" },
  { value: "collective", label: "A member of my shop" },
  { value: "someone_else", label: "Another company or person" },
];

/** "2020_2026" -> "2020–2026", "before_2007" -> "Before 2007", "1990s" as it is. */
export function whenLabel(value: string): string {
  if (value === "made_to_order") return "Made to order";
  const words = value.replace("_", value.startsWith("before") ? " " : "–");
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

export const UNITS = {
  weight: ["oz", "lb", "g", "kg"],
  size: ["in", "ft", "mm", "cm", "m", "yd", "inches"],
};

const PAST = ["2010_2019", "2007_2009", "before_2007", "2000_2006", "1990s", "1980s", "1970s", "1960s", "1950s"];

/** Etsy's words for when a thing was made. This decade is named after the year, and so changes every year. */
export function whensOf(year: number): string[] {
  return ["made_to_order", `${Math.floor(year / 10) * 10}_${year}`, ...PAST];
}
