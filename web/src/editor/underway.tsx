import { Circle, Line, Rect } from "react-konva";
import type { Snap } from "./geometry";
import type { Point } from "./model";

interface Inked {
  /** Photo px for each px of the screen. */
  px: number;
  ink: string;
}

/** The lines that a point was drawn to, across the whole photo. */
export function Guides({ snap, size, px, ink }: Inked & { snap: Snap; size: [number, number] }) {
  return (
    <>
      {snap.x !== null && <Guide points={[snap.x, 0, snap.x, size[1]]} px={px} ink={ink} />}
      {snap.y !== null && <Guide points={[0, snap.y, size[0], snap.y]} px={px} ink={ink} />}
    </>
  );
}

function Guide({ points, px, ink }: Inked & { points: number[] }) {
  return <Line points={points} stroke={ink} strokeWidth={px} dash={[5 * px, 4 * px]} listening={false} />;
}

/** An area that is being drawn from corner to corner. */
export function Box({ corners: [a, b], px, ink }: Inked & { corners: [Point, Point] }) {
  return (
    <Rect
      x={Math.min(a[0], b[0])}
      y={Math.min(a[1], b[1])}
      width={Math.abs(a[0] - b[0])}
      height={Math.abs(a[1] - b[1])}
      stroke={ink}
      strokeWidth={1.5 * px}
      fill={`${ink}26`}
      listening={false}
    />
  );
}

/** A polygon that is being drawn point by point; ``pen``: where the next one would be. */
export function Outline({ points, pen, px, ink }: Inked & { points: Point[]; pen: Point | null }) {
  return (
    <>
      <Line
        points={[...points, ...(pen ? [pen] : [])].flat()}
        stroke={ink}
        strokeWidth={1.75 * px}
        fill={`${ink}1f`}
        closed={points.length > 1}
        listening={false}
      />
      {points.map((at, k) => (
        <Circle
          key={`${at}`}
          x={at[0]}
          y={at[1]}
          radius={(k === 0 ? 7 : 4.5) * px}
          fill="white"
          stroke={ink}
          strokeWidth={2 * px}
          listening={false}
        />
      ))}
    </>
  );
}
