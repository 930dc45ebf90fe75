import type { Sized } from "~/ui/TemplateShape";
import { inches } from "~/ui/words";

/** A print area with its measures, at a scale where `largest` inches fill the picture; its margin within. */
export function PrintArea({
  recipe,
  largest,
  side = 168,
}: {
  recipe: Sized & { margin_in: number };
  largest: number;
  side?: number;
}) {
  const room = side - 34;
  const scale = room / Math.max(largest, recipe.width_in, recipe.height_in);
  const w = recipe.width_in * scale;
  const h = recipe.height_in * scale;
  const x = 26 + (room - w) / 2;
  const y = 22 + (room - h) / 2;
  const margin = recipe.margin_in * scale;
  const canvas = recipe.canvas_in;
  const words = `Print area ${inches(recipe.width_in)} by ${inches(recipe.height_in)} inches`;
  return (
    <svg
      width={side}
      height={side}
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={words}
      style={{ flex: "none", maxWidth: "100%" }}
    >
      {canvas?.[0] && canvas[1] && (
        <rect
          x={x + w / 2 - (canvas[0] * scale) / 2}
          y={y + h / 2 - (canvas[1] * scale) / 2}
          width={canvas[0] * scale}
          height={canvas[1] * scale}
          fill="none"
          stroke="var(--line-strong)"
          strokeDasharray="4 4"
        />
      )}
      <rect
        x={x}
        y={y}
        width={w}
        height={h}
        rx={3}
        fill="var(--accent-soft)"
        stroke="var(--accent)"
        strokeWidth={1.5}
      />
      {margin > 0 && (
        <rect
          x={x + margin}
          y={y + margin}
          width={Math.max(0, w - 2 * margin)}
          height={Math.max(0, h - 2 * margin)}
          fill="none"
          stroke="var(--accent)"
          strokeDasharray="2 3"
        />
      )}
      <g fill="var(--ink-soft)" fontSize={11} textAnchor="middle" className="number">
        <path d={`M${x} ${y - 7}h${w}M${x} ${y - 10}v6M${x + w} ${y - 10}v6`} stroke="var(--line-strong)" fill="none" />
        <text x={x + w / 2} y={y - 11}>
          {inches(recipe.width_in)} in
        </text>
        <path d={`M${x - 7} ${y}v${h}M${x - 10} ${y}h6M${x - 10} ${y + h}h6`} stroke="var(--line-strong)" fill="none" />
        <text x={x - 12} y={y + h / 2} transform={`rotate(-90 ${x - 12} ${y + h / 2})`}>
          {inches(recipe.height_in)} in
        </text>
      </g>
    </svg>
  );
}
