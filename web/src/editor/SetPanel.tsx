import { Select, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { presetsQuery, templatesQuery } from "~/api/queries";
import { AmountField, ChoiceField, ExactField } from "./Fields";
import css from "./Inspector.module.css";
import { type Output, WATERMARK } from "./model";
import { fieldError, plain, problemsAt } from "./problems";
import type { EditorOf } from "./useEditor";
import { WatermarkFields } from "./WatermarkFields";

const ANY = "any";

/** Templates a set can be for: the shop's, and presets that it has not used yet. */
export function useTemplateNames(): string[] {
  const own = useQuery(templatesQuery).data ?? [];
  const presets = useQuery(presetsQuery).data ?? [];
  return [...new Set([...own, ...presets].map((one) => one.name))];
}

/** What all photos of the set share. */
export function SetPanel({ editor }: { editor: EditorOf }) {
  const { doc, edit, settle, may, problems } = editor;
  const names = useTemplateNames();
  const all = [...new Set([...names, ...(doc.template ? [doc.template] : [])])];
  const output = (values: Partial<Output>, gesture?: string) =>
    edit((now) => ({ ...now, output: { ...now.output, ...values } }), gesture);
  const own = problemsAt(problems).filter((one) => one.place[0] !== "picture" || one.place.length === 1);
  return (
    <>
      {own.map((one) => (
        <p key={one.code + one.message} className={css.problem} data-level={one.level}>
          {plain(one.message)} {one.remedy && <span>{one.remedy}</span>}
        </p>
      ))}
      <TextInput
        label="Name of the set"
        size="xs"
        value={doc.name}
        maxLength={100}
        error={fieldError(problems, "name")}
        onChange={(event) => {
          const name = event.currentTarget.value;
          edit((now) => ({ ...now, name }), "name");
        }}
        onBlur={settle}
        disabled={!may}
      />
      <Select
        label="For the template"
        size="xs"
        data={[{ value: ANY, label: "Any template" }, ...all.map((name) => ({ value: name, label: name }))]}
        value={doc.template ?? ANY}
        onChange={(value) => edit((now) => ({ ...now, template: value === ANY ? null : value }))}
        searchable
        disabled={!may}
      />
      <h3 className={css.title}>Mockup files</h3>
      <ChoiceField
        label="Format"
        value={doc.output.format}
        data={[
          { value: "jpeg", label: "JPEG" },
          { value: "webp", label: "WebP" },
          { value: "png", label: "PNG" },
        ]}
        onChange={(format) => output({ format })}
        disabled={!may}
      />
      {doc.output.format !== "png" && (
        <AmountField
          label="Quality"
          value={doc.output.quality}
          min={30}
          max={100}
          onChange={(quality) => output({ quality: Math.round(quality) }, "quality")}
          onSettle={settle}
          disabled={!may}
        />
      )}
      <div className={css.row}>
        <span className={css.label}>Longest side</span>
        <ExactField
          label="Longest side"
          value={doc.output.longest_side}
          min={100}
          max={10000}
          suffix=" px"
          onChange={(side) => output({ longest_side: Math.round(side) }, "side")}
          onSettle={settle}
          error={fieldError(problems, "output", "longest_side")}
          disabled={!may}
        />
      </div>
      <div className={css.row}>
        <span className={css.label}>At most</span>
        <ExactField
          label="Most kilobytes, 0 for no limit"
          value={Math.round((doc.output.max_bytes ?? 0) / 1000)}
          min={0}
          suffix=" kB"
          onChange={(kb) => output({ max_bytes: kb >= 10 ? Math.round(kb) * 1000 : null }, "bytes")}
          onSettle={settle}
          disabled={!may}
        />
        <span className={css.faint}>{doc.output.max_bytes ? "" : "no limit"}</span>
      </div>
      <TextInput
        label="File names"
        size="xs"
        value={doc.pattern}
        maxLength={200}
        error={fieldError(problems, "pattern")}
        description="{prefix} {number} {template} {index} {colour} {picture} {set}"
        onChange={(event) => {
          const pattern = event.currentTarget.value;
          edit((now) => ({ ...now, pattern }), "pattern");
        }}
        onBlur={settle}
        disabled={!may}
      />
      <h3 className={css.title}>Watermark</h3>
      <Switch
        size="xs"
        label="Put a watermark on every mockup"
        checked={doc.watermark !== null}
        onChange={(event) => {
          const watermark = event.currentTarget.checked ? { ...WATERMARK, text: doc.name } : null;
          edit((now) => ({ ...now, watermark }));
        }}
        disabled={!may}
      />
      {doc.watermark && (
        <WatermarkFields
          editor={editor}
          value={doc.watermark}
          place={["watermark"]}
          onChange={(watermark, gesture) => edit((now) => ({ ...now, watermark }), gesture)}
        />
      )}
    </>
  );
}
