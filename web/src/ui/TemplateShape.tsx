/** What a shape is drawn of: inches. */
export interface Sized {
  width_in: number;
  height_in: number;
  canvas_in: number[] | null;
}

/** A print area drawn at scale: the same inches are as long in all of them. */
export function TemplateShape({ recipe, side = 44, largest = 13 }: { recipe: Sized; side?: number; largest?: number }) {
  const [width, height] = sizeOf(recipe);
  const scale = (side - 4) / Math.max(largest, width, height);
  const w = Math.max(5, width * scale);
  const h = Math.max(5, height * scale);
  return (
    <svg width={side} height={side} viewBox={`0 0 ${side} ${side}`} aria-hidden style={{ flex: "none" }}>
      <title>Print area</title>
      <rect
        x={(side - w) / 2}
        y={(side - h) / 2}
        width={w}
        height={h}
        rx={2.5}
        fill="var(--accent-soft)"
        stroke="var(--accent)"
        strokeWidth={1.4}
      />
    </svg>
  );
}

/** Width and height of the print, inches; of its canvas where it has one. */
export function sizeOf(recipe: Sized): [number, number] {
  return [recipe.canvas_in?.[0] ?? recipe.width_in, recipe.canvas_in?.[1] ?? recipe.height_in];
}
