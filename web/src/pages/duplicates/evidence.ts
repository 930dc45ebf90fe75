/** What was compared, in words a seller can check with their eyes. */
export interface Fact {
  label: string;
  words: string;
}

interface Evidence {
  why?: string;
  largest_difference?: number;
  local?: number;
  colour?: number;
  tint?: number;
  scale?: number[];
  shift?: number[];
  stretch?: number;
  gain?: number;
  blur_px?: number;
  resolution_px?: number;
  uncovered?: { share?: number };
}

export function whyOf(evidence: Record<string, unknown>): string {
  return (evidence as Evidence).why ?? "They were found alike.";
}

export function factsOf(evidence: Record<string, unknown>): Fact[] {
  const one = evidence as Evidence;
  if (one.largest_difference !== undefined) {
    const words = one.largest_difference === 0 ? "none at all" : `${one.largest_difference} of 255 at the most`;
    return [{ label: "Difference", words }];
  }
  const facts: Fact[] = [];
  if (one.local !== undefined) facts.push({ label: "Largest difference", words: differenceWords(one.local) });
  if (one.colour !== undefined)
    facts.push({ label: "Colours", words: colourWords(Math.max(one.colour, one.tint ?? 0)) });
  if (one.scale && one.shift) facts.push({ label: "Position", words: placeWords(one.scale, one.shift) });
  const stretch = Math.abs(one.stretch ?? 0);
  if (stretch > 0.005) facts.push({ label: "Shape", words: `${percent(stretch)} wider or narrower drawn` });
  const gain = Math.abs((one.gain ?? 1) - 1);
  if (gain > 0.03) facts.push({ label: "Contrast", words: `${percent(gain)} apart; evened out to compare` });
  if ((one.blur_px ?? 0) > 0.4) facts.push({ label: "Sharpness", words: "one is softer; evened out to compare" });
  const share = one.uncovered?.share ?? 0;
  if (share > 0.005) facts.push({ label: "Edge", words: `${percent(share)} is seen on one only` });
  if (one.resolution_px) facts.push({ label: "Compared at", words: `${one.resolution_px} px` });
  return facts;
}

function differenceWords(local: number): string {
  const share = percent(local);
  if (local < 0.02) return `${share}: nothing an eye sees`;
  if (local < 0.06) return `${share}: hardly visible`;
  if (local < 0.15) return `${share}: look closely`;
  return `${share}: plain to see`;
}

/** CIE colour difference: 1 is hardly seen, 2.3 just noticed side by side. */
function colourWords(difference: number): string {
  const value = difference.toFixed(1);
  if (difference < 1) return `the same to the eye (by ${value})`;
  if (difference < 2.5) return `hardly apart (by ${value})`;
  if (difference < 6) return `a little apart (by ${value})`;
  return `apart (by ${value})`;
}

/** `scale`: how much larger the stored one is drawn; `shift`: where its middle lies in the newcomer, shares of the sides. */
function placeWords(scale: number[], shift: number[]): string {
  const [across = 1, down = 1] = scale;
  const size = 1 / Math.sqrt(across * down) - 1;
  const words = [];
  if (Math.abs(size) >= 0.004)
    words.push(`the newcomer is ${percent(Math.abs(size))} ${size > 0 ? "larger" : "smaller"}`);
  const sides: [number, string, string][] = [
    [shift[0] ?? 0, "right", "left"],
    [shift[1] ?? 0, "down", "up"],
  ];
  for (const [by, one, other] of sides) {
    if (Math.abs(by) >= 0.004) words.push(`${percent(Math.abs(by))} ${by > 0 ? one : other}`);
  }
  return words.length === 0 ? "lie exactly on each other" : `${words.join(", ")}; laid over each other to compare`;
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}
