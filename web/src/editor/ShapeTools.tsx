import { ActionIcon, Button, Group } from "@mantine/core";
import { FlipHorizontal2, Minus, Plus, RotateCw } from "lucide-react";
import { AmountField, ChoiceField } from "./Fields";
import { meshOf, meshStep } from "./geometry";
import css from "./Inspector.module.css";
import type { Area, CylinderArea, MeshArea, Point } from "./model";
import { fieldError } from "./problems";
import type { EditorOf } from "./useEditor";

/** What can be done to the shape of an area of its kind. */
export function ShapeTools({ editor, area, index }: { editor: EditorOf; area: Area; index: number }) {
  switch (area.kind) {
    case "quad":
      return <QuadTools editor={editor} area={area} index={index} />;
    case "mesh":
      return <MeshTools editor={editor} area={area} index={index} />;
    case "cylinder":
      return <CupTools editor={editor} area={area} index={index} />;
    default:
      return null;
  }
}

function QuadTools({ editor, area, index }: { editor: EditorOf; area: Area & { kind: "quad" }; index: number }) {
  const [a, b, c, d] = area.corners;
  const set = (corners: [Point, Point, Point, Point]) => editor.editArea(index, { ...area, corners });
  return (
    <Group gap={6} grow>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<RotateCw size={14} aria-hidden />}
        disabled={!editor.may}
        onClick={() => set([d, a, b, c])}
      >
        Turn design
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<FlipHorizontal2 size={14} aria-hidden />}
        disabled={!editor.may}
        onClick={() => set([b, a, d, c])}
      >
        Mirror
      </Button>
    </Group>
  );
}

function MeshTools({ editor, area, index }: { editor: EditorOf; area: MeshArea; index: number }) {
  const [rows, columns] = [area.points.length, area.points[0]?.length ?? 0];
  const step = meshStep(area);
  const set = (r: number, c: number) => editor.editArea(index, { ...area, points: meshOf(area.points, r, c) });
  const counter = (label: string, value: number, change: (next: number) => void) => (
    <div className={css.row}>
      <span className={css.label}>{label}</span>
      <Group gap={8} wrap="nowrap">
        <ActionIcon
          variant="default"
          aria-label={`Fewer ${label.toLowerCase()}`}
          disabled={!editor.may || value - step < 4}
          onClick={() => change(value - step)}
        >
          <Minus size={15} aria-hidden />
        </ActionIcon>
        <output className={`${css.count} number`} aria-label={label}>
          {value}
        </output>
        <ActionIcon
          variant="default"
          aria-label={`More ${label.toLowerCase()}`}
          disabled={!editor.may || value + step > 40}
          onClick={() => change(value + step)}
        >
          <Plus size={15} aria-hidden />
        </ActionIcon>
      </Group>
    </div>
  );
  return (
    <>
      {counter("Rows", rows, (next) => set(next, columns))}
      {counter("Columns", columns, (next) => set(rows, next))}
      {area.interpolation !== "bezier" && (
        <ChoiceField
          label="Between"
          value={area.interpolation}
          data={[
            { value: "smooth", label: "Smooth" },
            { value: "bilinear", label: "Straight" },
          ]}
          onChange={(interpolation) => editor.editArea(index, { ...area, interpolation })}
          disabled={!editor.may}
        />
      )}
    </>
  );
}

function CupTools({ editor, area, index }: { editor: EditorOf; area: CylinderArea; index: number }) {
  const { settle, may, problems, at } = editor;
  const wrong = (field: string) => fieldError(problems, "picture", at.picture, "area", index, field);
  const field = (
    label: string,
    key: "radius" | "bulge" | "end_radius" | "end_bulge" | "arc" | "turn",
    more: { min?: number; max: number; suffix: string; hint: string },
  ) => (
    <AmountField
      label={label}
      value={area[key] ?? (key === "end_radius" ? area.radius : key === "end_bulge" ? area.bulge : 0)}
      onChange={(value) => editor.editArea(index, { ...area, [key]: value }, key)}
      onSettle={settle}
      error={wrong(key)}
      disabled={!may}
      {...more}
    />
  );
  const side = Math.max(editor.file?.width ?? 1000, 100);
  return (
    <>
      {field("Wrap", "arc", {
        min: 10,
        max: 360,
        suffix: "°",
        hint: "How much of the way around the print goes: 360 is all around",
      })}
      {field("Turn", "turn", {
        min: -180,
        max: 180,
        suffix: "°",
        hint: "How far the print's middle is turned to the right",
      })}
      {field("Radius", "radius", {
        min: 1,
        max: Math.round(side / 2),
        suffix: " px",
        hint: "Half the cup's width at the top",
      })}
      {field("At bottom", "end_radius", {
        min: 1,
        max: Math.round(side / 2),
        suffix: " px",
        hint: "Half its width at the bottom, for tapered cups",
      })}
      {field("Top curve", "bulge", {
        min: -Math.round(side / 8),
        max: Math.round(side / 8),
        suffix: " px",
        hint: "How round the top rim looks: positive when seen from above",
      })}
      {field("Low curve", "end_bulge", {
        min: -Math.round(side / 8),
        max: Math.round(side / 8),
        suffix: " px",
        hint: "How round the bottom rim looks",
      })}
    </>
  );
}
