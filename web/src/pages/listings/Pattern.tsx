import { Textarea, TextInput } from "@mantine/core";
import { type ReactNode, type RefObject, useRef } from "react";
import css from "./Pattern.module.css";

const EVERY: Record<string, string> = {
  design: "the design's name",
  number: "its number",
  prefix: "UV, DTF, …",
  product: "the product",
  template: "this listing template",
  shop: "your shop",
};

/** In alternative texts only. */
const OF_PICTURES: Record<string, string> = { picture: "the photo", colour: "its colour", set: "its mockup set" };

const ORDER: ("label" | "input" | "description" | "error")[] = ["label", "input", "description", "error"];

interface Props {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Names of the seller's own words. */
  own: string[];
  pictures?: boolean;
  lines?: number;
  description?: ReactNode;
  placeholder?: string;
}

/** A text with placeholders, which are put in where the cursor stands. */
export function Pattern({ id, label, value, onChange, own, pictures = false, lines = 1, ...rest }: Props) {
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const known = { ...EVERY, ...(pictures ? OF_PICTURES : {}), ...Object.fromEntries(own.map((one) => [one, "yours"])) };
  const shared = {
    id,
    ref: field,
    label,
    value,
    description: rest.description,
    placeholder: rest.placeholder,
    inputWrapperOrder: ORDER,
  };
  return (
    <div>
      {lines > 1 ? (
        <Textarea
          {...shared}
          autosize
          minRows={lines}
          maxRows={20}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput {...shared} onChange={(event) => onChange(event.currentTarget.value)} />
      )}
      <fieldset className={css.known} aria-label={`Placeholders for ${label}`}>
        {Object.entries(known).map(([name, meaning]) => (
          <button key={name} type="button" title={meaning} onClick={() => onChange(insert(field, value, `{${name}}`))}>
            {`{${name}}`}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** The text with `words` at the cursor, which then stands behind them. */
function insert(
  field: RefObject<(HTMLTextAreaElement & HTMLInputElement) | null>,
  value: string,
  words: string,
): string {
  const input = field.current;
  const from = input?.selectionStart ?? value.length;
  const to = input?.selectionEnd ?? value.length;
  requestAnimationFrame(() => {
    input?.focus();
    input?.setSelectionRange(from + words.length, from + words.length);
  });
  return value.slice(0, from) + words + value.slice(to);
}
