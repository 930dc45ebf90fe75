import { ColorInput, SegmentedControl, TextInput } from "@mantine/core";
import { AmountField, ChoiceField, PictureField } from "./Fields";
import css from "./Inspector.module.css";
import type { Watermark } from "./model";
import { fieldError, type Place } from "./problems";
import type { EditorOf } from "./useEditor";

const PLACES = [
  "center",
  "tiled",
  "stretched",
  "top-left",
  "top",
  "top-right",
  "left",
  "right",
  "bottom-left",
  "bottom",
  "bottom-right",
];

export function WatermarkFields(props: {
  editor: EditorOf;
  value: Watermark;
  place: Place;
  onChange: (value: Watermark, gesture?: string) => void;
}) {
  const { editor, value, place, onChange } = props;
  const { may, settle, problems, files } = editor;
  const change = (values: Partial<Watermark>, gesture?: string) =>
    onChange({ ...value, ...values }, gesture && `mark ${gesture}`);
  const marks = files.map((file) => file.path).filter((path) => path.startsWith("marks/") || path === value.image);
  return (
    <>
      <div className={css.row}>
        <span className={css.label}>Text</span>
        <TextInput
          aria-label="Text of the watermark"
          size="xs"
          className={css.grow}
          value={value.text}
          maxLength={200}
          placeholder="Your shop's name"
          error={fieldError(problems, ...place)}
          onChange={(event) => change({ text: event.currentTarget.value, image: null }, "text")}
          onBlur={settle}
          disabled={!may}
        />
        {!value.image && (
          <ColorInput
            aria-label="Colour of the watermark"
            size="xs"
            w={100}
            format="hex"
            value={value.colour}
            onChange={(colour) => /^#[0-9a-f]{6}$/i.test(colour) && change({ colour }, "colour")}
            onChangeEnd={settle}
            withEyeDropper={false}
            disabled={!may}
          />
        )}
      </div>
      <PictureField
        label="or logo"
        hint="A PNG with transparency, in place of the text"
        value={value.image}
        choices={marks}
        onChange={(image) => change({ image, ...(image ? { text: "" } : {}) })}
        onUpload={async (file) => {
          const [made] = await editor.upload([file], "mark");
          if (made) change({ image: made.path, text: "" });
        }}
        disabled={!may}
      />
      <AmountField
        label="Opacity"
        percent
        value={value.opacity}
        onChange={(opacity) => change({ opacity }, "opacity")}
        onSettle={settle}
        disabled={!may}
      />
      <AmountField
        label="Size"
        percent
        min={1}
        value={value.size}
        onChange={(size) => change({ size }, "size")}
        onSettle={settle}
        disabled={!may}
      />
      <ChoiceField
        label="Place"
        value={value.place}
        data={PLACES.map((one) => ({ value: one, label: one.replace("-", " ") }))}
        onChange={(next) => change({ place: next })}
        disabled={!may}
      />
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label="What the watermark is placed on"
        data={[
          { value: "area", label: "On the first area" },
          { value: "picture", label: "On the photo" },
        ]}
        value={value.over}
        onChange={(over) => change({ over: over as Watermark["over"] })}
        disabled={!may}
      />
    </>
  );
}
