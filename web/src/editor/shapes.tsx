import type Konva from "konva";
import { Circle, Group, Line, Shape, Text } from "react-konva";
import { between, cylinderGuides, faultsOf, meshLines, outlineOf } from "./geometry";
import type { Handle } from "./handles";
import type { Area, CylinderArea, MeshArea, Point } from "./model";

export interface Inks {
  accent: string;
  bad: string;
}

interface Drawn {
  area: Area;
  chosen: boolean;
  hover: boolean;
  /** px of the photo for one px of the screen. */
  px: number;
  inks: Inks;
  faulty: boolean;
}

const flat = (points: Point[]) => points.flat();

/** An area's outline, and its lines where it is chosen. */
export function AreaShape({ area, chosen, hover, px, inks, faulty }: Drawn) {
  const ink = faulty ? inks.bad : inks.accent;
  const width = (chosen ? 1.75 : 1.25) * px;
  const outline = outlineOf(area);
  return (
    <Group listening={false}>
      {/* White below the ink, so that it is seen on any photo. */}
      <Line points={flat(outline)} closed stroke="rgba(255,255,255,0.85)" strokeWidth={width * 2.4} lineJoin="round" />
      <Line
        points={flat(outline)}
        closed
        stroke={ink}
        strokeWidth={width}
        lineJoin="round"
        dash={chosen || hover ? undefined : [6 * px, 4 * px]}
        fill={faulty ? `${ink}22` : hover && !chosen ? `${ink}1f` : undefined}
      />
      {chosen && area.kind === "mesh" && <MeshLines area={area} px={px} ink={ink} />}
      {chosen && area.kind === "cylinder" && <CupLines area={area} px={px} ink={ink} />}
      {chosen && area.kind === "quad" && <TopMark a={area.corners[0]} b={area.corners[1]} px={px} ink={ink} />}
    </Group>
  );
}

function TopMark({ a, b, px, ink }: { a: Point; b: Point; px: number; ink: string }) {
  const [x, y] = between(a, b);
  const turned = (Math.atan2(b[1] - a[1], b[0] - a[0]) * 180) / Math.PI;
  return (
    <Text
      text="TOP"
      x={x}
      y={y}
      rotation={turned}
      fontSize={10 * px}
      fontStyle="700"
      fontFamily="Inter Variable, sans-serif"
      letterSpacing={px}
      fill={ink}
      stroke="white"
      strokeWidth={3 * px}
      fillAfterStrokeEnabled
      offsetX={13 * px}
      offsetY={15 * px}
    />
  );
}

function MeshLines({ area, px, ink }: { area: MeshArea; px: number; ink: string }) {
  return (
    <Shape
      stroke={ink}
      strokeWidth={px}
      opacity={0.75}
      sceneFunc={(context, shape) => {
        context.beginPath();
        for (const line of meshLines(area)) {
          const [first, ...rest] = line as [Point, ...Point[]];
          context.moveTo(first[0], first[1]);
          for (let k = 0; k + 2 < rest.length; k += 3) {
            const [b, c, d] = [rest[k] as Point, rest[k + 1] as Point, rest[k + 2] as Point];
            context.bezierCurveTo(b[0], b[1], c[0], c[1], d[0], d[1]);
          }
        }
        context.strokeShape(shape);
      }}
    />
  );
}

function CupLines({ area, px, ink }: { area: CylinderArea; px: number; ink: string }) {
  const guides = cylinderGuides(area);
  const faint = { stroke: ink, strokeWidth: px, opacity: 0.55, dash: [4 * px, 4 * px] };
  return (
    <>
      {guides.rims.map((rim, k) => (
        <Line key={k === 0 ? "top" : "bottom"} points={flat(rim)} closed {...faint} />
      ))}
      <Line points={flat([area.start, area.end])} {...faint} />
      <Line points={flat(guides.middle)} stroke={ink} strokeWidth={px} opacity={0.8} />
    </>
  );
}

interface HandleProps {
  handle: Handle;
  chosen: boolean;
  px: number;
  ink: string;
  touch: boolean;
  onDown: (event: Konva.KonvaEventObject<PointerEvent>) => void;
}

export function HandleDot({ handle, chosen, px, ink, touch, onDown }: HandleProps) {
  const radius = (handle.minor ? 4.5 : 6) * px;
  return (
    <Circle
      name={`handle-${handle.grip}`}
      x={handle.at[0]}
      y={handle.at[1]}
      radius={radius * (chosen ? 1.25 : 1)}
      fill={chosen ? ink : "white"}
      stroke={chosen ? "white" : ink}
      strokeWidth={2 * px}
      shadowColor="black"
      shadowBlur={3 * px}
      shadowOpacity={0.3}
      hitStrokeWidth={(touch ? 30 : 16) * px}
      onPointerDown={onDown}
      onMouseEnter={(event) => cursor(event, "grab")}
      onMouseLeave={(event) => cursor(event, "")}
    />
  );
}

/** Between two points of a polygon: drag or click to add one. */
export function AddDot(props: { at: Point; px: number; ink: string; onDown: HandleProps["onDown"] }) {
  const { at, px, ink, onDown } = props;
  return (
    <Circle
      x={at[0]}
      y={at[1]}
      radius={4 * px}
      fill={ink}
      opacity={0.65}
      stroke="white"
      strokeWidth={1.25 * px}
      hitStrokeWidth={12 * px}
      onPointerDown={onDown}
      onMouseEnter={(event) => cursor(event, "copy")}
      onMouseLeave={(event) => cursor(event, "")}
    />
  );
}

export function cursor(event: Konva.KonvaEventObject<unknown>, name: string): void {
  const stage = event.target.getStage();
  if (stage) stage.container().style.cursor = name;
}

/** A ring and words where something is wrong. */
export function FaultMarks({ areas, px, ink }: { areas: Area[]; px: number; ink: string }) {
  return (
    <Group listening={false}>
      {areas
        .flatMap(faultsOf)
        .slice(0, 8)
        .map(({ at, words }, k) => (
          <Group key={`${at[0]} ${at[1]}`} x={at[0]} y={at[1]}>
            <Circle radius={11 * px} stroke="white" strokeWidth={5 * px} />
            <Circle radius={11 * px} stroke={ink} strokeWidth={2.5 * px} fill={`${ink}33`} />
            {k === 0 && (
              <Text
                text={words}
                x={17 * px}
                y={-7 * px}
                fontSize={13 * px}
                fontStyle="600"
                fontFamily="Inter Variable, sans-serif"
                fill={ink}
                stroke="white"
                strokeWidth={4 * px}
                fillAfterStrokeEnabled
              />
            )}
          </Group>
        ))}
    </Group>
  );
}
