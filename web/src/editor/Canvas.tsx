import type Konva from "konva";
import { useEffect, useRef, useState } from "react";
import { Circle, Image as KonvaImage, Layer, Line, Rect, Stage } from "react-konva";
import { between, distance, faultsOf, offAxis, on45, outlineOf, type Snap, snapLines, snapped } from "./geometry";
import { type Grip, handlesOf } from "./handles";
import { type Area, areaIn, type Kind, moved, type Point, pointsOf, tenth, withPoints } from "./model";
import { AddDot, AreaShape, cursor, FaultMarks, HandleDot, type Inks } from "./shapes";
import { toPhoto, type View, zoomed } from "./view";

export interface CanvasProps {
  size: [number, number];
  stage: [number, number];
  view: View;
  least: number;
  onView: (view: View) => void;
  photo: HTMLImageElement | null;
  rendered: HTMLImageElement | null;
  areas: Area[];
  chosen: number | null;
  point: number | null;
  faulty: Set<number>;
  tool: Kind | null;
  snaps: boolean;
  handles: boolean;
  panning: boolean;
  inks: Inks;
  readOnly: boolean;
  onSelect: (area: number | null, point: number | null) => void;
  onEdit: (area: number, next: Area, gesture?: string) => void;
  onSettle: () => void;
  onAdd: (area: Area) => void;
  onToolDone: () => void;
}

interface Drag {
  kind: "pan" | "area" | "grip" | "box";
  from: Point; // photo px, or stage px of a pan
  area: number;
  grip: Grip;
  before: Area | null;
  view: View;
  moved: boolean;
}

/** px of the screen within which a point is drawn to a line, and below which a press is a click. */
const REACH = 7;
const CLICK = 4;

/** The photo, the mockup over it, and the areas with their handles. */
export function Canvas(props: CanvasProps) {
  const { view, areas, chosen, point, tool, inks, handles } = props;
  const px = 1 / view.scale;
  const drag = useRef<Drag | null>(null);
  const fingers = useRef(new Map<number, Point>());
  const stage = useRef<Konva.Stage>(null);
  const [guides, setGuides] = useState<Snap | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const [box, setBox] = useState<[Point, Point] | null>(null);
  const [outline, setOutline] = useState<Point[]>([]);
  const [pointer, setPointer] = useState<Point | null>(null);
  const [touch, setTouch] = useState(false);
  const area = chosen === null ? undefined : areas[chosen];

  useEffect(() => {
    setOutline([]);
    setBox(null);
    if (stage.current) stage.current.container().style.cursor = tool ? "crosshair" : "";
  }, [tool]);

  const here = (event: PointerEvent): Point => {
    const bounds = stage.current?.container().getBoundingClientRect();
    return [event.clientX - (bounds?.left ?? 0), event.clientY - (bounds?.top ?? 0)];
  };

  /** Where a point goes: along 45 degrees with shift, else to what is near; Alt lets it go anywhere. */
  const placed = (at: Point, event: PointerEvent, origin: Point | null, but: number | null): Point => {
    const turned = event.shiftKey && origin ? on45(origin, at) : at;
    if (!props.snaps || event.altKey || (event.shiftKey && origin)) {
      setGuides(null);
      return turned;
    }
    const others = areas.flatMap((one, k) => {
      const points = one.kind === "mesh" ? outlineOf(one) : pointsOf(one);
      return k === chosen ? points.filter((_point, n) => n !== but) : points;
    });
    const found = snapped(turned, snapLines(props.size, others), REACH * px);
    setGuides(found.x !== null || found.y !== null ? found : null);
    return found.point;
  };

  const begin = (event: Konva.KonvaEventObject<PointerEvent>, part: Partial<Drag> & Pick<Drag, "kind">) => {
    const at = here(event.evt);
    stage.current?.container().focus({ preventScroll: true });
    // What leaves the canvas while it is held is still followed.
    (event.evt.target as Element | null)?.setPointerCapture?.(event.evt.pointerId);
    const from = part.kind === "pan" ? at : toPhoto(view, at);
    drag.current = { from, area: -1, grip: 0, before: null, view, moved: false, ...part };
  };

  const press = (event: Konva.KonvaEventObject<PointerEvent>) => {
    setTouch(event.evt.pointerType === "touch");
    fingers.current.set(event.evt.pointerId, here(event.evt));
    if (fingers.current.size === 2) {
      drag.current = null;
      setBox(null);
      return;
    }
    const at = toPhoto(view, here(event.evt));
    if (props.panning || event.evt.button === 1) return begin(event, { kind: "pan" });
    if (event.evt.button !== 0) return;
    if (tool === "polygon") return addPoint(placed(at, event.evt, outline.at(-1) ?? null, null));
    if (tool) {
      begin(event, { kind: "box" });
      return;
    }
    if (drag.current) return; // a handle has taken it
    const hit = areaAt(areas, at, chosen);
    if (hit === null) {
      props.onSelect(null, null);
      return begin(event, { kind: "pan" });
    }
    props.onSelect(hit, null);
    if (!props.readOnly) begin(event, { kind: "area", area: hit, before: areas[hit] ?? null });
  };

  const addPoint = (at: Point) => {
    const [first, last] = [outline[0], outline.at(-1)];
    // A double click ends where it is: its second press adds nothing.
    if (last && distance(last, at) < 5 * px) return close();
    if (first && outline.length >= 3 && distance(first, at) < 12 * px) return close();
    setOutline([...outline, [tenth(at[0]), tenth(at[1])]]);
  };

  const close = () => {
    if (outline.length >= 3) {
      const [a, b] = [outline[0] as Point, outline[1] as Point];
      props.onAdd(withPoints({ ...areaIn("polygon", a, b), points: outline } as Area, outline));
    }
    setOutline([]);
    setGuides(null);
  };

  const move = (event: Konva.KonvaEventObject<PointerEvent>) => {
    const at = here(event.evt);
    if (fingers.current.has(event.evt.pointerId)) {
      if (fingers.current.size === 2) return pinch(event.evt.pointerId, at);
      fingers.current.set(event.evt.pointerId, at);
    }
    const spot = toPhoto(view, at);
    if (tool === "polygon") setPointer(placed(spot, event.evt, outline.at(-1) ?? null, null));
    const held = drag.current;
    if (!held) {
      const over = tool || props.panning ? null : areaAt(areas, spot, chosen);
      if (over !== hover) setHover(over);
      return;
    }
    const far = held.kind === "pan" ? distance(held.from, at) : distance(held.from, spot) * view.scale;
    if (!held.moved && far < CLICK) return;
    held.moved = true;
    follow(held, at, spot, event.evt);
  };

  const follow = (held: Drag, at: Point, spot: Point, event: PointerEvent) => {
    if (held.kind === "pan") {
      const x = held.view.x + at[0] - held.from[0];
      props.onView({ ...held.view, x, y: held.view.y + at[1] - held.from[1] });
    } else if (held.kind === "box") {
      setBox([held.from, placed(spot, event, null, null)]);
    } else if (held.kind === "area" && held.before) {
      const to = event.shiftKey ? on45(held.from, spot) : spot;
      props.onEdit(held.area, moved(held.before, to[0] - held.from[0], to[1] - held.from[1]), "drag");
    } else if (held.before) {
      props.onEdit(held.area, gripped(held.before, held.grip, spot, event), "drag");
    }
  };

  const gripped = (before: Area, grip: Grip, spot: Point, event: PointerEvent): Area => {
    if (typeof grip === "number") {
      const points = [...pointsOf(before)];
      points[grip] = placed(spot, event, points[grip] ?? null, grip);
      return withPoints(before, points);
    }
    if (before.kind !== "cylinder") return before;
    setGuides(null);
    const end = grip === "endRadius" || grip === "endBulge";
    const { across, along } = offAxis(before, spot, end ? before.end : before.start);
    const radius = Math.max(1, tenth(across));
    switch (grip) {
      case "radius":
        // A straight cup stays straight: its bottom has a radius of its own only once that was moved.
        return { ...before, radius };
      case "endRadius":
        return { ...before, end_radius: Math.abs(radius - before.radius) < 4 * px ? null : radius };
      case "bulge":
        return { ...before, bulge: tenth(along) };
      case "endBulge":
        return { ...before, end_bulge: tenth(along) };
    }
  };

  const release = (event: Konva.KonvaEventObject<PointerEvent>) => {
    fingers.current.delete(event.evt.pointerId);
    const held = drag.current;
    drag.current = null;
    setGuides(null);
    if (!held) return;
    if (held.kind === "box" && tool) {
      const to = box?.[1];
      const least = 12 * px;
      const drawn = to && Math.abs(to[0] - held.from[0]) > least && Math.abs(to[1] - held.from[1]) > least;
      props.onAdd(drawn ? areaIn(tool, held.from, to) : areaAround(tool, held.from, props.size));
      setBox(null);
    } else if (held.kind === "grip" && typeof held.grip === "number" && !held.moved) {
      props.onSelect(held.area, held.grip);
    }
    if (held.kind === "area" || held.kind === "grip") props.onSettle();
  };

  const pinch = (finger: number, at: Point) => {
    const other = [...fingers.current].find(([id]) => id !== finger)?.[1];
    const was = fingers.current.get(finger);
    if (!other || !was) return;
    const [middle, before] = [between(other, at), between(other, was)];
    const factor = distance(other, at) / Math.max(1, distance(other, was));
    const next = zoomed(view, factor, middle, props.least);
    props.onView({ ...next, x: next.x + middle[0] - before[0], y: next.y + middle[1] - before[1] });
    fingers.current.set(finger, at);
  };

  const wheel = (event: Konva.KonvaEventObject<WheelEvent>) => {
    event.evt.preventDefault();
    const { deltaX, deltaY, ctrlKey, metaKey, shiftKey } = event.evt;
    // Two fingers on a trackpad pan; a wheel, or a pinch (which browsers tell as ctrl), zooms.
    if (!ctrlKey && !metaKey && (deltaX !== 0 || shiftKey)) {
      props.onView({ ...view, x: view.x - deltaX - (shiftKey ? deltaY : 0), y: view.y - (shiftKey ? 0 : deltaY) });
      return;
    }
    const bounds = stage.current?.container().getBoundingClientRect();
    const at: Point = [event.evt.clientX - (bounds?.left ?? 0), event.evt.clientY - (bounds?.top ?? 0)];
    props.onView(zoomed(view, Math.exp(-deltaY * (ctrlKey ? 0.01 : 0.0015)), at, props.least));
  };

  // A polygon under way is finished by Enter, taken back by Backspace.
  useEffect(() => {
    if (tool !== "polygon") return;
    const key = (event: KeyboardEvent) => {
      if (event.key === "Enter") close();
      else if (event.key === "Backspace") setOutline((now) => now.slice(0, -1));
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", key);
    return () => removeEventListener("keydown", key);
  });

  const grab = (grip: Grip) => (event: Konva.KonvaEventObject<PointerEvent>) => {
    if (props.panning || tool || props.readOnly || chosen === null || event.evt.button !== 0) return;
    cursor(event, "grabbing");
    if (typeof grip === "number") props.onSelect(chosen, grip);
    begin(event, { kind: "grip", area: chosen, grip, before: areas[chosen] ?? null });
  };

  const insert = (after: number, at: Point) => (event: Konva.KonvaEventObject<PointerEvent>) => {
    if (area?.kind !== "polygon" || chosen === null || event.evt.button !== 0) return;
    const points = [...area.points.slice(0, after + 1), at, ...area.points.slice(after + 1)];
    const next = { ...area, points };
    props.onEdit(chosen, next, "drag");
    props.onSelect(chosen, after + 1);
    begin(event, { kind: "grip", area: chosen, grip: after + 1, before: next });
  };

  const ink = chosen !== null && props.faulty.has(chosen) ? inks.bad : inks.accent;
  const showHandles = handles && area && !tool && !props.readOnly;
  const place = { x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale };
  return (
    <Stage
      ref={stage}
      width={props.stage[0]}
      height={props.stage[1]}
      onPointerDown={press}
      onPointerMove={move}
      onPointerUp={release}
      onPointerCancel={release}
      onWheel={wheel}
      onMouseLeave={() => setHover(null)}
    >
      <Layer listening={false} {...place} imageSmoothingEnabled={view.scale < 3}>
        <Rect width={props.size[0]} height={props.size[1]} fill="#8883" />
        {props.photo && <KonvaImage image={props.photo} width={props.size[0]} height={props.size[1]} />}
        {props.rendered && <KonvaImage image={props.rendered} width={props.size[0]} height={props.size[1]} />}
      </Layer>
      <Layer {...place}>
        {handles &&
          areas.map((one, k) => (
            <AreaShape
              // biome-ignore lint/suspicious/noArrayIndexKey: areas have no other name than their place.
              key={k}
              area={one}
              chosen={k === chosen}
              hover={k === hover}
              px={px}
              inks={inks}
              faulty={props.faulty.has(k) || faultsOf(one).length > 0}
            />
          ))}
        {showHandles &&
          area.kind === "polygon" &&
          area.points.length < 200 &&
          area.points.map((at, k) => {
            const next = area.points[(k + 1) % area.points.length] as Point;
            if (distance(at, next) * view.scale < 36) return null;
            const middle = between(at, next);
            return <AddDot key={`${middle}`} at={middle} px={px} ink={ink} onDown={insert(k, middle)} />;
          })}
        {showHandles &&
          handlesOf(area).map((handle) => (
            <HandleDot
              key={handle.grip}
              handle={handle}
              chosen={handle.grip === point}
              px={px}
              ink={ink}
              touch={touch}
              onDown={grab(handle.grip)}
            />
          ))}
        {handles && <FaultMarks areas={areas} px={px} ink={inks.bad} />}
        {guides?.x != null && <Guide points={[guides.x, 0, guides.x, props.size[1]]} px={px} ink={inks.accent} />}
        {guides?.y != null && <Guide points={[0, guides.y, props.size[0], guides.y]} px={px} ink={inks.accent} />}
        {box && (
          <Rect
            {...boxed(box)}
            stroke={inks.accent}
            strokeWidth={1.5 * px}
            fill={`${inks.accent}26`}
            listening={false}
          />
        )}
        {tool === "polygon" && outline.length > 0 && (
          <>
            <Line
              points={[...outline, ...(pointer ? [pointer] : [])].flat()}
              stroke={inks.accent}
              strokeWidth={1.75 * px}
              fill={`${inks.accent}1f`}
              closed={outline.length > 1}
              listening={false}
            />
            {outline.map((at, k) => (
              <Circle
                key={`${at}`}
                x={at[0]}
                y={at[1]}
                radius={(k === 0 ? 7 : 4.5) * px}
                fill="white"
                stroke={inks.accent}
                strokeWidth={2 * px}
                listening={false}
              />
            ))}
          </>
        )}
      </Layer>
    </Stage>
  );
}

function Guide({ points, px, ink }: { points: number[]; px: number; ink: string }) {
  return <Line points={points} stroke={ink} strokeWidth={px} dash={[5 * px, 4 * px]} listening={false} />;
}

function boxed([a, b]: [Point, Point]) {
  return {
    x: Math.min(a[0], b[0]),
    y: Math.min(a[1], b[1]),
    width: Math.abs(a[0] - b[0]),
    height: Math.abs(a[1] - b[1]),
  };
}

/** An area around a place that was only clicked: a third of the photo. */
function areaAround(kind: Kind, at: Point, size: [number, number]): Area {
  const half = Math.min(...size) / 6;
  return areaIn(kind, [at[0] - half, at[1] - half], [at[0] + half, at[1] + half]);
}

/** The area at a place: the chosen one before others, later ones before earlier ones. */
function areaAt(areas: Area[], at: Point, chosen: number | null): number | null {
  const hit = areas.map((area, k) => (inside(outlineOf(area), at) ? k : -1)).filter((k) => k >= 0);
  return hit.includes(chosen ?? -1) ? chosen : (hit.at(-1) ?? null);
}

function inside(outline: Point[], [x, y]: Point): boolean {
  let within = false;
  outline.forEach(([ax, ay], k) => {
    const [bx, by] = outline[(k + 1) % outline.length] as Point;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  });
  return within;
}

export default Canvas;
