import { ActionIcon } from "@mantine/core";
import { Minus } from "lucide-react";
import { ExactField } from "./Fields";
import { handlesOf } from "./handles";
import css from "./Inspector.module.css";
import type { Area, Point } from "./model";
import { pointsOf, withPoints } from "./model";
import type { EditorOf } from "./useEditor";

/** The points of an area as numbers. */
export function PointFields(props: { editor: EditorOf; area: Area; index: number; error?: string }) {
  const { editor, area, index } = props;
  const { at, select, settle, may } = editor;
  const points = pointsOf(area);
  const set = (k: number, point: Point) =>
    editor.editArea(
      index,
      withPoints(
        area,
        points.map((one, n) => (n === k ? point : one)),
      ),
      `point ${k}`,
    );
  const labels = handlesOf(area);
  const shown =
    area.kind === "mesh" || points.length > 12
      ? at.point !== null && at.point < points.length
        ? [at.point]
        : []
      : points.map((_point, k) => k);
  return (
    <fieldset className={css.points}>
      <legend>
        {area.kind === "mesh"
          ? "Chosen point"
          : area.kind === "cylinder"
            ? "Axis"
            : area.kind === "quad"
              ? "Corners"
              : "Points"}
        <span className={css.faint}> px of the photo</span>
      </legend>
      {shown.length === 0 && <p className={css.faint}>Click a point, or press N for the next.</p>}
      {shown.map((k) => {
        const [x, y] = points[k] as Point;
        const label = labels[k]?.label ?? `Point ${k + 1}`;
        return (
          <div key={label} className={css.point} data-chosen={at.point === k || undefined}>
            <button
              type="button"
              className={css.pointName}
              onClick={() => select({ area: index, point: k })}
              aria-pressed={at.point === k}
            >
              {label}
            </button>
            <ExactField
              prefix="X"
              label={`${label}, x`}
              value={x}
              onChange={(value) => set(k, [value, y])}
              onSettle={settle}
              disabled={!may}
            />
            <ExactField
              prefix="Y"
              label={`${label}, y`}
              value={y}
              onChange={(value) => set(k, [x, value])}
              onSettle={settle}
              disabled={!may}
            />
            {area.kind === "polygon" && (
              <ActionIcon
                size="sm"
                variant="subtle"
                color="gray"
                aria-label={`Remove ${label.toLowerCase()}`}
                disabled={!may || points.length <= 3}
                onClick={() => editor.editArea(index, { ...area, points: points.filter((_point, n) => n !== k) })}
              >
                <Minus size={14} aria-hidden />
              </ActionIcon>
            )}
          </div>
        );
      })}
      {props.error && <p className={css.error}>{props.error}</p>}
    </fieldset>
  );
}
