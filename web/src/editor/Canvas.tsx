import type Konva from "konva";
import { useRef } from "react";
import { Image as KonvaImage, Layer, Rect, Stage } from "react-konva";
import { between, distance, faultsOf } from "./geometry";
import { handlesOf } from "./handles";
import type { Point } from "./model";
import { AddDot, AreaShape, FaultMarks, HandleDot, type Inks } from "./shapes";
import { Box, Guides, Outline } from "./underway";
import { type Pointing, usePointer } from "./usePointer";

export interface CanvasProps extends Pointing {
  stage: [number, number];
  photo: HTMLImageElement | null;
  rendered: HTMLImageElement | null;
  point: number | null;
  faulty: Set<number>;
  handles: boolean;
  inks: Inks;
}

/** The photo, the mockup over it, and the areas with their handles. */
export function Canvas(props: CanvasProps) {
  const { size, view, areas, chosen, point, tool, inks, handles } = props;
  const px = 1 / view.scale;
  const stage = useRef<Konva.Stage>(null);
  const pointer = usePointer(stage, props);
  const area = chosen === null ? undefined : areas[chosen];
  const ink = chosen !== null && props.faulty.has(chosen) ? inks.bad : inks.accent;
  const showHandles = handles && area && !tool && !props.readOnly;
  const place = { x: view.x, y: view.y, scaleX: view.scale, scaleY: view.scale };
  return (
    <Stage ref={stage} width={props.stage[0]} height={props.stage[1]} {...pointer.listeners}>
      <Layer listening={false} {...place} imageSmoothingEnabled={view.scale < 3}>
        <Rect width={size[0]} height={size[1]} fill="#8883" />
        {props.photo && <KonvaImage image={props.photo} width={size[0]} height={size[1]} />}
        {props.rendered && <KonvaImage image={props.rendered} width={size[0]} height={size[1]} />}
      </Layer>
      <Layer {...place}>
        {handles &&
          areas.map((one, k) => (
            <AreaShape
              // biome-ignore lint/suspicious/noArrayIndexKey: areas have no other name than their place.
              key={k}
              area={one}
              chosen={k === chosen}
              hover={k === pointer.hover}
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
            return <AddDot key={`${middle}`} at={middle} px={px} ink={ink} onDown={pointer.insert(k, middle)} />;
          })}
        {showHandles &&
          handlesOf(area).map((handle) => (
            <HandleDot
              key={handle.grip}
              handle={handle}
              chosen={handle.grip === point}
              px={px}
              ink={ink}
              touch={pointer.touch}
              onDown={pointer.grab(handle.grip)}
            />
          ))}
        {handles && <FaultMarks areas={areas} px={px} ink={inks.bad} />}
        {pointer.guides && <Guides snap={pointer.guides} size={size} px={px} ink={inks.accent} />}
        {pointer.box && <Box corners={pointer.box} px={px} ink={inks.accent} />}
        {tool === "polygon" && pointer.outline.length > 0 && (
          <Outline points={pointer.outline} pen={pointer.pen} px={px} ink={inks.accent} />
        )}
      </Layer>
    </Stage>
  );
}

export default Canvas;
