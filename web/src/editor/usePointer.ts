import type Konva from "konva";
import { type RefObject, useEffect, useRef, useState } from "react";
import { between, distance, on45 } from "./geometry";
import { bent, withPoint } from "./grips";
import type { Grip } from "./handles";
import { areaAt } from "./hits";
import { type Area, areaIn, type Kind, moved, type Point, pointsOf, withPoints } from "./model";
import { cursor } from "./shapes";
import { useOutline } from "./useOutline";
import { type Snapping, useSnap } from "./useSnap";
import { toPhoto, type View, zoomed } from "./view";

export interface Pointing extends Snapping {
  view: View;
  least: number;
  onView: (view: View) => void;
  tool: Kind | null;
  panning: boolean;
  readOnly: boolean;
  onSelect: (area: number | null, point: number | null) => void;
  onEdit: (area: number, next: Area, gesture?: string) => void;
  onSettle: () => void;
  onAdd: (area: Area) => void;
}

type Pressed = Konva.KonvaEventObject<PointerEvent>;

interface Drag {
  kind: "pan" | "area" | "grip" | "box";
  from: Point; // photo px, or stage px of a pan
  area: number;
  grip: Grip;
  before: Area | null;
  view: View;
  moved: boolean;
}

/** px of the screen below which a press is a click, and below which an area that is drawn is one that was clicked. */
const CLICK = 4;
const DRAWN = 12;

/** What pointers do on the canvas: choose, drag, draw, pan and zoom. Answers what it has under way, to be drawn. */
export function usePointer(stage: RefObject<Konva.Stage | null>, props: Pointing) {
  const { view, areas, chosen, tool } = props;
  const px = 1 / view.scale;
  const drag = useRef<Drag | null>(null);
  const fingers = useRef(new Map<number, Point>());
  const [hover, setHover] = useState<number | null>(null);
  const [box, setBox] = useState<[Point, Point] | null>(null);
  const [touch, setTouch] = useState(false);
  const { guides, placed, unguide } = useSnap(props, px);
  const outline = useOutline(tool === "polygon", px, (points) => {
    if (points.length >= 3) {
      const [a, b] = [points[0] as Point, points[1] as Point];
      props.onAdd(withPoints({ ...areaIn("polygon", a, b), points } as Area, points));
    }
    unguide();
  });

  useEffect(() => {
    setBox(null);
    if (stage.current) stage.current.container().style.cursor = tool ? "crosshair" : "";
  }, [tool, stage]);

  const here = (event: MouseEvent): Point => {
    const bounds = stage.current?.container().getBoundingClientRect();
    return [event.clientX - (bounds?.left ?? 0), event.clientY - (bounds?.top ?? 0)];
  };

  const begin = (event: Pressed, part: Partial<Drag> & Pick<Drag, "kind">) => {
    const at = here(event.evt);
    stage.current?.container().focus({ preventScroll: true });
    // What leaves the canvas while it is held is still followed.
    (event.evt.target as Element | null)?.setPointerCapture?.(event.evt.pointerId);
    const from = part.kind === "pan" ? at : toPhoto(view, at);
    drag.current = { from, area: -1, grip: 0, before: null, view, moved: false, ...part };
  };

  const press = (event: Pressed) => {
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
    if (tool === "polygon") return outline.press(placed(at, event.evt, outline.points.at(-1) ?? null, null));
    if (tool) return begin(event, { kind: "box" });
    if (drag.current) return; // a handle has taken it
    const hit = areaAt(areas, at, chosen);
    props.onSelect(hit, null);
    if (hit === null) return begin(event, { kind: "pan" });
    if (!props.readOnly) begin(event, { kind: "area", area: hit, before: areas[hit] ?? null });
  };

  const move = (event: Pressed) => {
    const at = here(event.evt);
    if (fingers.current.has(event.evt.pointerId)) {
      if (fingers.current.size === 2) return pinch(event.evt.pointerId, at);
      fingers.current.set(event.evt.pointerId, at);
    }
    const spot = toPhoto(view, at);
    if (tool === "polygon") outline.hoverAt(placed(spot, event.evt, outline.points.at(-1) ?? null, null));
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
    if (typeof grip === "number")
      return withPoint(before, grip, placed(spot, event, pointsOf(before)[grip] ?? null, grip));
    unguide();
    return bent(before, grip, spot, px);
  };

  const release = (event: Pressed) => {
    fingers.current.delete(event.evt.pointerId);
    const held = drag.current;
    drag.current = null;
    unguide();
    if (!held) return;
    if (held.kind === "box" && tool) {
      const to = box?.[1];
      const least = DRAWN * px;
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
    props.onView(zoomed(view, Math.exp(-deltaY * (ctrlKey ? 0.01 : 0.0015)), here(event.evt), props.least));
  };

  /** A press on a handle of the chosen area. */
  const grab = (grip: Grip) => (event: Pressed) => {
    if (props.panning || tool || props.readOnly || chosen === null || event.evt.button !== 0) return;
    cursor(event, "grabbing");
    if (typeof grip === "number") props.onSelect(chosen, grip);
    begin(event, { kind: "grip", area: chosen, grip, before: areas[chosen] ?? null });
  };

  /** A press between two points of the chosen polygon: there is one more, and it is held. */
  const insert = (after: number, at: Point) => (event: Pressed) => {
    const area = chosen === null ? undefined : areas[chosen];
    if (area?.kind !== "polygon" || chosen === null || event.evt.button !== 0) return;
    const points = [...area.points.slice(0, after + 1), at, ...area.points.slice(after + 1)];
    const next = { ...area, points };
    props.onEdit(chosen, next, "drag");
    props.onSelect(chosen, after + 1);
    begin(event, { kind: "grip", area: chosen, grip: after + 1, before: next });
  };

  const listeners = {
    onPointerDown: press,
    onPointerMove: move,
    onPointerUp: release,
    onPointerCancel: release,
    onWheel: wheel,
    onMouseLeave: () => setHover(null),
  };
  return { listeners, grab, insert, guides, hover, box, touch, outline: outline.points, pen: outline.pen };
}

/** An area around a place that was only clicked: a third of the photo. */
function areaAround(kind: Kind, at: Point, size: [number, number]): Area {
  const half = Math.min(...size) / 6;
  return areaIn(kind, [at[0] - half, at[1] - half], [at[0] + half, at[1] + half]);
}
