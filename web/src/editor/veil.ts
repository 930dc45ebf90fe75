/** A place on the veil, px of it. */
export interface Place {
  x: number;
  y: number;
}

/** `radius`: px of the veil; `soft`: share of the radius over which it fades. */
export interface Brush {
  black: boolean;
  radius: number;
  soft: number;
}

/** Longest side of a painted mask, px: enough for an edge that is softened anyway. */
const LONGEST = 1600;

/** Strokes that can be taken back; each holds a picture. */
const MOST_STEPS = 8;

const RED = "214 40 57";

/** What is painted over a photo: where it is opaque, the mask is black. */
export class Veil {
  private readonly context: CanvasRenderingContext2D;
  private steps: ImageData[] = [];

  constructor(
    private readonly canvas: HTMLCanvasElement,
    photo: HTMLImageElement,
    private readonly dark: boolean,
  ) {
    const scale = Math.min(1, LONGEST / Math.max(photo.naturalWidth, photo.naturalHeight));
    canvas.width = Math.max(1, Math.round(photo.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(photo.naturalHeight * scale));
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("This browser cannot paint.");
    this.context = context;
    this.clear();
  }

  /** All white; all black where that is how one begins. */
  clear(): void {
    this.context.globalCompositeOperation = "source-over";
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    if (!this.dark) return;
    this.context.fillStyle = `rgb(${RED})`;
    this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Goes on with a mask that is there: black becomes opaque. */
  async load(url: string): Promise<void> {
    const image = new Image();
    image.src = url;
    await image.decode();
    const { width, height } = this.canvas;
    this.context.globalCompositeOperation = "copy";
    this.context.drawImage(image, 0, 0, width, height);
    const pixels = this.context.getImageData(0, 0, width, height);
    const [red, green, blue] = RED.split(" ").map(Number) as [number, number, number];
    for (let at = 0; at < pixels.data.length; at += 4) {
      const grey = pixels.data[at] ?? 0;
      pixels.data.set([red, green, blue, 255 - grey], at);
    }
    this.context.putImageData(pixels, 0, 0);
  }

  /** From here a stroke can be taken back; answers how many can. */
  mark(): number {
    this.steps.push(this.context.getImageData(0, 0, this.canvas.width, this.canvas.height));
    if (this.steps.length > MOST_STEPS) this.steps.shift();
    return this.steps.length;
  }

  undo(): number {
    const before = this.steps.pop();
    if (before) this.context.putImageData(before, 0, 0);
    return this.steps.length;
  }

  forget(): void {
    this.steps = [];
  }

  stroke(from: Place, to: Place, brush: Brush): void {
    const length = Math.hypot(to.x - from.x, to.y - from.y);
    const count = Math.max(1, Math.ceil(length / Math.max(1, brush.radius / 5)));
    this.context.globalCompositeOperation = brush.black ? "source-over" : "destination-out";
    for (let step = 1; step <= count; step += 1) {
      const share = step / count;
      this.dab(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share, brush);
    }
  }

  private dab(x: number, y: number, { radius, soft }: Brush): void {
    const fade = this.context.createRadialGradient(x, y, radius * (1 - soft) * 0.999, x, y, radius);
    fade.addColorStop(0, `rgb(${RED})`);
    fade.addColorStop(1, `rgb(${RED} / 0)`);
    this.context.fillStyle = fade;
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.context.fill();
  }

  /** The mask as a grey PNG. */
  async file(): Promise<File> {
    const { width, height } = this.canvas;
    const out = document.createElement("canvas");
    out.width = width;
    out.height = height;
    const context = out.getContext("2d");
    if (!context) throw new Error("This browser cannot paint.");
    context.drawImage(this.canvas, 0, 0);
    context.globalCompositeOperation = "source-in";
    context.fillStyle = "black";
    context.fillRect(0, 0, width, height);
    context.globalCompositeOperation = "destination-over";
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    const blob = await new Promise<Blob | null>((resolve) => out.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("This browser cannot write the mask.");
    return new File([blob], "painted mask.png", { type: "image/png" });
  }
}
