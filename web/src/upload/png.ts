/** What of a PNG file is needed to cut its borders off without touching a pixel. */
export interface Png {
  width: number;
  height: number;
  /** Bytes of a pixel, and of those at its end that are its alpha. */
  pixel: number;
  alpha: number;
  header: Uint8Array;
  /** Chunks beside the pixels, as they are: colour profile, resolution, EXIF. */
  before: Uint8Array[];
  after: Uint8Array[];
  data: Uint8Array<ArrayBuffer>[];
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Null for what is no whole PNG with an alpha channel, 8 or 16 bits deep, one picture, rows in their order. */
export function parse(file: Uint8Array<ArrayBuffer>): Png | null {
  if (SIGNATURE.some((byte, at) => file[at] !== byte)) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let found: Png | null = null;
  for (let at = 8; at + 12 <= file.length; ) {
    const length = view.getUint32(at);
    const end = at + 12 + length;
    const name = String.fromCharCode(...file.subarray(at + 4, at + 8));
    const body = file.subarray(at + 8, at + 8 + length);
    if (end > file.length) return null;
    if (name === "IHDR") found = headed(body);
    else if (name === "IDAT") found?.data.push(body);
    // Another frame, or a chunk that a reader must understand: left to those who know it.
    else if (name === "acTL" || (name !== "IEND" && name !== "PLTE" && name[0] === name[0]?.toUpperCase())) return null;
    else if (name === "IEND") return found?.data.length ? found : null;
    else (found?.data.length ? found.after : found?.before)?.push(file.subarray(at, end));
    if (!found) return null;
    at = end;
  }
  return null;
}

function headed(body: Uint8Array): Png | null {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const [depth = 0, colour = 0, , , interlaced = 0] = body.subarray(8);
  if ((colour !== 4 && colour !== 6) || (depth !== 8 && depth !== 16) || interlaced !== 0) return null;
  const alpha = depth / 8;
  const pixel = (colour === 6 ? 4 : 2) * alpha;
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    pixel,
    alpha,
    header: body,
    before: [],
    after: [],
    data: [],
  };
}

/** Each row of a picture without its filter, from the top. The array is used again for later rows. Throws where the file
 * is damaged or ends early. */
export async function eachRow(png: Png, take: (row: Uint8Array, y: number) => void): Promise<void> {
  const stride = png.width * png.pixel;
  const raw = new Uint8Array(stride + 1);
  let above = new Uint8Array(stride);
  let row = new Uint8Array(stride);
  let filled = 0;
  let y = 0;
  const bytes = new Blob(png.data).stream().pipeThrough(new DecompressionStream("deflate"));
  for (const reader = bytes.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    for (let at = 0; at < value.length; ) {
      const some = Math.min(value.length - at, raw.length - filled);
      raw.set(value.subarray(at, at + some), filled);
      at += some;
      filled += some;
      if (filled < raw.length) continue;
      if (y === png.height) throw new Error("more rows than announced");
      unfilter(raw, row, above, png.pixel);
      take(row, y++);
      [row, above] = [above, row];
      filled = 0;
    }
  }
  if (y !== png.height) throw new Error("rows are missing");
}

/** https://www.w3.org/TR/png-3/#9Filter-types */
function unfilter(raw: Uint8Array, row: Uint8Array, above: Uint8Array, pixel: number): void {
  const filter = raw[0];
  if (filter === undefined || filter > 4) throw new Error("an unknown filter");
  const n = row.length;
  for (let i = 0; i < n; i += 1) {
    const left = i < pixel ? 0 : (row[i - pixel] as number);
    const up = above[i] as number;
    const add =
      filter === 0
        ? 0
        : filter === 1
          ? left
          : filter === 2
            ? up
            : filter === 3
              ? (left + up) >> 1
              : paeth(left, up, i < pixel ? 0 : (above[i - pixel] as number));
    row[i] = (raw[i + 1] as number) + add;
  }
}

export function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const a = Math.abs(guess - left);
  const b = Math.abs(guess - up);
  const c = Math.abs(guess - corner);
  return a <= b && a <= c ? left : b <= c ? up : corner;
}
