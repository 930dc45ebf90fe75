import { ActionIcon, Group, SegmentedControl, TextInput, Tooltip } from "@mantine/core";
import { Copy, Trash2 } from "lucide-react";
import { useState } from "react";
import { Alignment } from "./Alignment";
import { duplicate, remove } from "./areas";
import { AmountField, ChoiceField, ExactField, PictureField } from "./Fields";
import css from "./Inspector.module.css";
import { MaskPainter } from "./MaskPainter";
import type { Area, Blend, Fit } from "./model";
import { KINDS } from "./model";
import { PointFields } from "./PointFields";
import { fieldError, plain, problemsAt } from "./problems";
import { ShapeTools } from "./ShapeTools";
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
      <ShapeTools editor={editor} area={area} index={index} />
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
