import { ActionIcon, FileButton, Group, NumberInput, Select, Slider, Tooltip } from "@mantine/core";
import { Paintbrush, Trash2, Upload } from "lucide-react";
import { useId } from "react";
import css from "./Inspector.module.css";

interface Amount {
  label: string;
  value: number;
  onChange: (value: number) => void;
  onSettle: () => void;
  min?: number;
  max?: number;
  step?: number;
  suffix?: string;
  error?: string;
  hint?: string;
  disabled?: boolean;
}

/** A slider with its number beside it: drag for the look, type for the exact. */
export function AmountField(props: Amount & { percent?: boolean }) {
  const { label, value, onChange, onSettle, percent, error, hint, disabled } = props;
  const factor = percent ? 100 : 1;
  const [min, max, step] = [props.min ?? 0, props.max ?? (percent ? 100 : 1), props.step ?? 1];
  const suffix = percent ? " %" : props.suffix;
  const shown = Math.round(value * factor * 10) / 10;
  const change = (next: number) => onChange(percent ? next / 100 : next);
  return (
    <div className={css.amount}>
      <Tooltip label={hint} disabled={!hint} multiline maw={240} position="left">
        <span className={css.label}>{label}</span>
      </Tooltip>
      <Slider
        className={css.slider}
        size="sm"
        label={null}
        thumbLabel={label}
        value={Math.min(max, Math.max(min, shown))}
        min={min}
        max={max}
        step={step}
        onChange={change}
        onChangeEnd={onSettle}
        disabled={disabled}
      />
      <NumberInput
        aria-label={`${label}, exact`}
        className={css.number}
        size="xs"
        hideControls
        value={shown}
        min={min}
        max={props.suffix === " px" ? undefined : max}
        step={step}
        suffix={suffix}
        decimalScale={percent ? 0 : 1}
        onChange={(next) => typeof next === "number" && change(next)}
        onBlur={onSettle}
        error={!!error}
        disabled={disabled}
      />
      {error && <p className={css.error}>{error}</p>}
    </div>
  );
}

/** One exact number, px or degrees. */
export function ExactField(props: Omit<Amount, "onSettle"> & { onSettle: () => void; prefix?: string }) {
  const { label, value, onChange, onSettle, error, suffix = "", prefix, min, max, step = 1, disabled } = props;
  return (
    <NumberInput
      aria-label={label}
      size="xs"
      className={css.exact}
      leftSection={prefix ? <span className={css.prefix}>{prefix}</span> : undefined}
      leftSectionWidth={22}
      hideControls
      value={value}
      min={min}
      max={max}
      step={step}
      suffix={suffix}
      decimalScale={2}
      onChange={(next) => typeof next === "number" && onChange(next)}
      onBlur={onSettle}
      error={error}
      disabled={disabled}
    />
  );
}

/** One of a few words. */
export function ChoiceField<T extends string>(props: {
  label: string;
  value: T;
  data: { value: T; label: string }[];
  onChange: (value: T) => void;
  error?: string;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <div className={css.row}>
      <label className={css.label} htmlFor={id}>
        {props.label}
      </label>
      <Select
        id={id}
        size="xs"
        className={css.grow}
        data={props.data}
        value={props.value}
        onChange={(value) => value && props.onChange(value as T)}
        error={props.error}
        disabled={props.disabled}
        comboboxProps={{ withinPortal: true, shadow: "md" }}
      />
    </div>
  );
}

/** A picture of the set: choose one that is there, or upload another. */
export function PictureField(props: {
  label: string;
  hint: string;
  value: string | null;
  choices: string[];
  onChange: (path: string | null) => void;
  onUpload: (file: File) => void;
  /** Paint one over the photo. */
  onPaint?: () => void;
  error?: string;
  disabled?: boolean;
}) {
  const { label, hint, value, choices, onChange, onUpload, onPaint, error, disabled } = props;
  const id = useId();
  const data = [...new Set([...choices, ...(value ? [value] : [])])].map((path) => ({
    value: path,
    label: path.split("/").at(-1) ?? path,
  }));
  return (
    <div className={css.row}>
      <Tooltip label={hint} multiline maw={250} position="left">
        <label className={css.label} htmlFor={id}>
          {label}
        </label>
      </Tooltip>
      <Group gap={4} wrap="nowrap" className={css.grow}>
        <Select
          id={id}
          size="xs"
          className={css.grow}
          placeholder="None"
          data={data}
          value={value}
          onChange={(path) => path && onChange(path)}
          error={error}
          disabled={disabled}
          nothingFoundMessage="Upload one"
        />
        {value && !disabled && (
          <ActionIcon variant="subtle" color="gray" aria-label={`${label}: use none`} onClick={() => onChange(null)}>
            <Trash2 size={15} aria-hidden />
          </ActionIcon>
        )}
        {onPaint && (
          <Tooltip label="Paint it over the photo">
            <ActionIcon variant="default" aria-label={`${label}: paint`} disabled={disabled} onClick={onPaint}>
              <Paintbrush size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        <FileButton accept="image/*" onChange={(file) => file && onUpload(file)}>
          {(button) => (
            <Tooltip label={`Upload: ${hint}`} multiline maw={250}>
              <ActionIcon {...button} variant="default" aria-label={`${label}: upload`} disabled={disabled}>
                <Upload size={15} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
        </FileButton>
      </Group>
    </div>
  );
}
