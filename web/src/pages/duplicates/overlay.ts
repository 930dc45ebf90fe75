import type { MatchOut } from "~/api/schema";
import { printOf } from "./pictures";

/** Two pictures, and how the newcomer is laid over the other so that the same parts lie on each other. */
export interface Overlay {
  newcomer: string;
  matched: string;
  /** Width by height of the matched picture: the frame of both. */
  ratio: number;
  /** CSS, for the newcomer's picture where it fills the frame. */
  transform: string;
}

interface Measured {
  matrix?: number[][];
  scale?: number[];
  shift?: number[];
}

export function overlayOf(match: MatchOut): Overlay | null {
  const map = mapOf(match.evidence as Measured);
  const { newcomer_picture: newcomer, matched_picture: matched } = match;
  if (newcomer && matched) {
    const ratio = matched.width / matched.height;
    return { newcomer: newcomer.url, matched: matched.url, ratio, transform: transformOf(map, ratio) };
  }
  const [ours, theirs] = [printOf(match.newcomer, match.template), printOf(match.matched, match.template)];
  if (!ours?.url || !theirs?.url) return null;
  const ratio = theirs.width && theirs.height ? theirs.width / theirs.height : 1;
  return { newcomer: ours.url, matched: theirs.url, ratio, transform: transformOf(map, ratio) };
}

type Map2x3 = [[number, number, number], [number, number, number]];

const SAME: Map2x3 = [
  [1, 0, 0],
  [0, 1, 0],
];

/** From places in the matched picture to places in the newcomer's, both from -1 to 1 across and down. */
function mapOf({ matrix, scale, shift }: Measured): Map2x3 {
  if (matrix?.length === 2) return matrix as Map2x3;
  const [x, y, right, down] = [scale?.[0], scale?.[1], shift?.[0], shift?.[1]];
  if (!x || !y || right === undefined || down === undefined) return SAME;
  return [
    [1 / x, 0, 2 * right],
    [0, 1 / y, 2 * down],
  ];
}

/** The way back as CSS. Shares of the frame stand as they are; what mixes across and down knows its ratio. */
export function transformOf([[a, b, right], [c, d, down]]: Map2x3, ratio: number): string {
  const by = a * d - b * c;
  const [xx, xy, yx, yy] = [d / by, -b / by, -c / by, a / by];
  const across = -50 * (xx * right + xy * down);
  const along = -50 * (yx * right + yy * down);
  const numbers = [xx, yx / ratio, xy * ratio, yy].map((value) => round(value, 5));
  return `translate(${round(across, 3)}%, ${round(along, 3)}%) matrix(${numbers.join(", ")}, 0, 0)`;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits)) + 0;
}
