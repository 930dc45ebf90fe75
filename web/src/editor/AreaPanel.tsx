import { ActionIcon, Button, Group, SegmentedControl, TextInput, Tooltip } from "@mantine/core";
import { Copy, FlipHorizontal2, Minus, Plus, RotateCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { AmountField, ChoiceField, ExactField, PictureField } from "./Fields";
import { meshOf, meshStep } from "./geometry";
import { handlesOf } from "./handles";
import css from "./Inspector.module.css";
import { MaskPainter } from "./MaskPainter";
import type { Area, Blend, CylinderArea, Fit, MeshArea, Point } from "./model";
import { KINDS, moved, pointsOf, withPoints } from "./model";
import { fieldError, plain, problemsAt } from "./problems";
import type { EditorOf } from "./useEditor";
import { usePhoto } from "./usePhoto";

const FITS: { value: Fit; label: string }[] = [
  { value: "stretch", label: "Stretch" },
  { value: "contain", label: "Whole" },
  { value: "cover", label: "Fill" },
];
const BLENDS: { value: Blend; label: string }[] = [
  { value: "normal", label: "Normal" },
  { value: "multiply", label: "Multiply (ink on cloth)" },
  { value: "screen", label: "Screen (light on dark)" },
  { value: "overlay", label: "Overlay" },
  { value: "soft-light", label: "Soft light" },
];

/** How the chosen area is shaped, and how a design lies on it. */
export function AreaPanel({ editor, area, index }: { editor: EditorOf; area: Area; index: number }) {
  const { editArea, settle, at, problems, may } = editor;
  const here = ["picture", at.picture, "area", index] as const;
  const change = (values: Partial<Area>, gesture?: string) =>
    editArea(index, (now) => ({ ...now, ...values }) as Area, gesture);
  const wrong = (field: string) => fieldError(problems, ...here, field);
  const amount = (field: "opacity" | "feather" | "shading" | "gloss" | "displacement_strength") => ({
    value: area[field],
    onChange: (value: number) => change({ [field]: value }, field),
    onSettle: settle,
    error: wrong(field),
    disabled: !may,
  });
  const masks = editor.files.map((file) => file.path).filter((path) => !path.startsWith("photos/"));
  const picture = (field: "mask" | "displacement") => ({
    value: area[field],
    choices: masks,
    onChange: (path: string | null) => change({ [field]: path }),
    onUpload: async (file: File) => {
      const [made] = await editor.upload([file], "mask");
      if (made) change({ [field]: made.path });
    },
    error: wrong(field),
    disabled: !may,
  });
  const [painting, setPainting] = useState(false);
  const photo = usePhoto(editor.set, editor.file);
  const general = problemsAt(problems, ...here).filter(
    (one) =>
      one.level === "warning" || one.place.length <= 4 || one.place[4] === "points" || one.place[4] === "corners",
  );
  return (
    <>
      <div className={css.head}>
        <TextInput
          aria-label="Name of the area"
          size="xs"
          className={css.grow}
          placeholder={`Area ${index + 1}: ${KINDS[area.kind].label}`}
          value={area.name}
          maxLength={100}
          onChange={(event) => change({ name: event.currentTarget.value }, "name")}
          onBlur={settle}
          disabled={!may}
        />
        <Tooltip label="Duplicate (Ctrl D)">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Duplicate the area"
            disabled={!may}
            onClick={() => duplicate(editor, area)}
          >
            <Copy size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Delete (Del)">
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label="Delete the area"
            disabled={!may}
            onClick={() => remove(editor, index)}
          >
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      {general.map((one) => (
        <p key={one.code + one.message} className={css.problem} data-level={one.level} data-code={one.code}>
          {plain(one.message)} {one.remedy && <span>{one.remedy}</span>}
        </p>
      ))}

      <h3 className={css.title}>Design</h3>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="How a design of other proportions fits"
        data={FITS}
        value={area.fit}
        onChange={(fit) => change({ fit: fit as Fit })}
        disabled={!may}
      />
      {area.fit !== "stretch" && <Alignment area={area} onChange={(values) => change(values)} disabled={!may} />}
      <AmountField label="Opacity" percent {...amount("opacity")} />
      <ChoiceField
        label="Blend"
        value={area.blend}
        data={BLENDS}
        onChange={(blend) => change({ blend })}
        error={wrong("blend")}
        disabled={!may}
      />

      <h3 className={css.title}>Realism</h3>
      <AmountField
        label="Shading"
        percent
        {...amount("shading")}
        hint="How much of the photo's folds and light shows on the design"
      />
      <AmountField
        label="Gloss"
        percent
        {...amount("gloss")}
        disabled={!may || area.shading === 0}
        hint="How much of its highlights shines over the design; needs shading"
      />
      <AmountField
        label="Soft edge"
        {...amount("feather")}
        max={40}
        step={0.5}
        suffix=" px"
        hint="Over how many px the design fades in at the area's edge"
      />
      <PictureField
        label="Mask"
        hint="A grey picture of the photo's proportions: black hides the design, as where something stands before it"
        {...picture("mask")}
        onPaint={photo ? () => setPainting(true) : undefined}
      />
      {painting && photo && (
        <MaskPainter
          title="Paint where the design is hidden"
          photo={photo}
          mask={editor.files.find((file) => file.path === area.mask)?.url ?? null}
          words={{ black: "Hide the design", white: "Show it" }}
          close={() => setPainting(false)}
          done={async (file) => {
            await picture("mask").onUpload(file);
            setPainting(false);
          }}
        />
      )}
      <PictureField
        label="Folds"
        hint="A grey picture that moves the design along creases: mid grey leaves it"
        {...picture("displacement")}
      />
      {area.displacement && (
        <AmountField label="Fold depth" {...amount("displacement_strength")} max={80} step={1} suffix=" px" />
      )}

      <h3 className={css.title}>Shape</h3>
      {area.kind === "quad" && <QuadTools editor={editor} area={area} index={index} />}
      {area.kind === "mesh" && <MeshTools editor={editor} area={area} index={index} />}
      {area.kind === "cylinder" && <CupTools editor={editor} area={area} index={index} />}
      {area.kind !== "polygon" && (
        <div className={css.row}>
          <Tooltip
            label="Width by height of the real print area, where the photo does not tell; leave empty to measure it"
            multiline
            maw={240}
            position="left"
          >
            <span className={css.label}>Real ratio</span>
          </Tooltip>
          <Group gap={6} wrap="nowrap" className={css.grow}>
            <ExactField
              label="Real ratio, width by height; 0 measures it"
              value={area.aspect ?? 0}
              step={0.1}
              min={0}
              onChange={(value) => change({ aspect: value > 0 ? value : null }, "aspect")}
              onSettle={settle}
              error={wrong("aspect")}
              disabled={!may}
            />
            <span className={css.faint}>{area.aspect ? "" : "measured"}</span>
          </Group>
        </div>
      )}
      <PointFields editor={editor} area={area} index={index} error={wrong("points") ?? wrong("corners")} />
    </>
  );
}

export function duplicate(editor: EditorOf, area: Area): void {
  const step = Math.round(Math.max(editor.file?.width ?? 0, 600) / 40);
  const copy = moved({ ...area, name: area.name && `${area.name} copy` }, step, step);
  editor.editPicture((one) => ({ ...one, area: [...one.area, copy] }), undefined, {
    area: editor.picture?.area.length ?? 0,
    point: null,
  });
}

export function remove(editor: EditorOf, index: number): void {
  editor.editPicture((one) => ({ ...one, area: one.area.filter((_area, k) => k !== index) }), undefined, {
    area: null,
    point: null,
  });
}

const ALIGN_X = ["left", "center", "right"] as const;
const ALIGN_Y = ["top", "middle", "bottom"] as const;

function Alignment(props: { area: Area; onChange: (values: Partial<Area>) => void; disabled: boolean }) {
  return (
    <div className={css.row}>
      <span className={css.label}>Align</span>
      <div className={css.align} role="radiogroup" aria-label="Where the design lies in the area">
        {ALIGN_Y.flatMap((align_y) =>
          ALIGN_X.map((align_x) => {
            const on = props.area.align_x === align_x && props.area.align_y === align_y;
            return (
              // biome-ignore lint/a11y/useSemanticElements: nine dots in a square are no radio inputs to the eye.
              <button
                key={align_x + align_y}
                type="button"
                role="radio"
                aria-checked={on}
                aria-label={`${align_y} ${align_x}`}
                disabled={props.disabled}
                onClick={() => props.onChange({ align_x, align_y })}
              />
            );
          }),
        )}
      </div>
    </div>
  );
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

function PointFields(props: { editor: EditorOf; area: Area; index: number; error?: string }) {
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
