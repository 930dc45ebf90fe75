import { eachRow, type Png, paeth, parse } from "./png";

/** A rectangle, px. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * The server looks at pictures in cells of this side, px (imaging/trim.py). Cut at cells, and with one empty cell left
 * wherever something was cut off, it finds the same art, the same specks and the same warnings as in the whole file.
 */
const CELL = 8;

/** Larger files and pictures are sent as they are: of pictures above this the server reads strips, and rounds otherwise. */
const MOST_BYTES = 150_000_000;
const MOST_PIXELS = 40_000_000;

/** What must be gained for it to be worth the work: share of the picture, then of the file. */
const WORTH = 0.9;

/**
 * The same picture without its empty borders: every pixel that is left, its colour under transparency included, is as
 * it was. Null where the file is better sent as it is.
 */
export async function trimmed(file: Blob): Promise<Blob | null> {
  if (file.size > MOST_BYTES) return null;
  const png = parse(new Uint8Array(await file.arrayBuffer()));
  if (!png || png.width * png.height > MOST_PIXELS) return null;
  try {
    const box = kept(await artOf(png), png);
    if (!box || box.width * box.height > WORTH * png.width * png.height) return null;
    const made = await written(png, box);
    return made.size < WORTH * file.size ? made : null;
  } catch {
    return null; // damaged: the server says what is wrong with it
  }
}

/** The smallest rectangle with all that is not wholly transparent; null where nothing is. */
async function artOf(png: Png): Promise<Box | null> {
  const { pixel, alpha, width } = png;
  let left = width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  const seen = (row: Uint8Array, x: number) => {
    for (let at = (x + 1) * pixel - alpha; at < (x + 1) * pixel; at += 1) if (row[at] !== 0) return true;
    return false;
  };
  await eachRow(png, (row, y) => {
    let first = 0;
    while (first < width && !seen(row, first)) first += 1;
    if (first === width) return;
    let last = width - 1;
    while (last > right && !seen(row, last)) last -= 1;
    left = Math.min(left, first);
    right = Math.max(right, last);
    if (top < 0) top = y;
    bottom = y;
  });
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

function kept(art: Box | null, page: { width: number; height: number }): Box | null {
  if (!art) return null;
  const before = (edge: number) => Math.max(0, (Math.floor(edge / CELL) - 1) * CELL);
  const after = (edge: number, most: number) => Math.min(most, (Math.ceil(edge / CELL) + 1) * CELL);
  const x = before(art.x);
  const y = before(art.y);
  return {
    x,
    y,
    width: after(art.x + art.width, page.width) - x,
    height: after(art.y + art.height, page.height) - y,
  };
}

async function written(png: Png, box: Box): Promise<Blob> {
  const header = png.header.slice();
  const sizes = new DataView(header.buffer);
  sizes.setUint32(0, box.width);
  sizes.setUint32(4, box.height);
  const parts: BlobPart[] = [new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header)];
  parts.push(...png.before.map((one) => one.slice()));
  parts.push(chunk("IDAT", await pixels(png, box)));
  parts.push(...png.after.map((one) => one.slice()), chunk("IEND", new Uint8Array()));
  return new Blob(parts, { type: "image/png" });
}

async function pixels(png: Png, box: Box): Promise<Uint8Array> {
  const packer = new CompressionStream("deflate");
  const packed = new Response(packer.readable).arrayBuffer();
  const writer = packer.writable.getWriter();
  const filtering = new Filtering(box.width * png.pixel, png.pixel);
  await eachRow(png, (row, y) => {
    if (y < box.y || y >= box.y + box.height) return;
    // Not awaited: the picture is no larger than memory allows (`MOST_PIXELS`).
    void writer.write(filtering.of(row.subarray(box.x * png.pixel, (box.x + box.width) * png.pixel)));
  });
  await writer.close();
  return new Uint8Array(await packed);
}

/** Chooses a filter for each row: the one whose bytes are nearest to zero, as libpng does. */
class Filtering {
  private above: Uint8Array;
  private tries: Uint8Array<ArrayBuffer>[];

  constructor(
    private stride: number,
    private pixel: number,
  ) {
    this.above = new Uint8Array(stride);
    this.tries = [0, 1, 2, 4].map((filter) => {
      const bytes = new Uint8Array(stride + 1);
      bytes[0] = filter;
      return bytes;
    });
  }

  /** The row with its filter's number before it. */
  of(row: Uint8Array): Uint8Array<ArrayBuffer> {
    const [none, sub, up, pae] = this.tries as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const { above, pixel, stride } = this;
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < stride; i += 1) {
      const here = row[i] as number;
      const left = i < pixel ? 0 : (row[i - pixel] as number);
      const over = above[i] as number;
      const corner = i < pixel ? 0 : (above[i - pixel] as number);
      none[i + 1] = here;
      a += away(none[i + 1] as number);
      sub[i + 1] = here - left;
      b += away(sub[i + 1] as number);
      up[i + 1] = here - over;
      c += away(up[i + 1] as number);
      pae[i + 1] = here - paeth(left, over, corner);
      d += away(pae[i + 1] as number);
    }
    above.set(row);
    const costs = [a, b, c, d];
    const best = costs.indexOf(Math.min(...costs));
    return (this.tries[best] as Uint8Array<ArrayBuffer>).slice();
  }
}

/** How far a byte is from zero, taken as a signed one. */
function away(byte: number): number {
  return byte < 128 ? byte : 256 - byte;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let sum = start;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum;
});

function chunk(name: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(body.length + 12);
  const view = new DataView(made.buffer);
  view.setUint32(0, body.length);
  for (let at = 0; at < 4; at += 1) made[4 + at] = name.charCodeAt(at);
  made.set(body, 8);
  let sum = 0xffffffff;
  for (const byte of made.subarray(4, body.length + 8)) sum = (TABLE[(sum ^ byte) & 0xff] as number) ^ (sum >>> 8);
  view.setUint32(body.length + 8, ~sum >>> 0);
  return made;
}
