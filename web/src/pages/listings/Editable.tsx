import { Button, NumberInput, Textarea, TextInput } from "@mantine/core";
import { Pencil, Undo2 } from "lucide-react";
import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from "react";
import type { ListingLimits } from "~/api/schema";
import { ProblemNote } from "~/ui/ProblemNote";
import { Budget } from "./Budget";
import css from "./Editable.module.css";
import { characters } from "./limits";
import { CategoryPicker } from "./NamePicker";
import type { OwnField } from "./plan";
import { WordsField } from "./WordsField";

type Value = string | string[];

interface Props {
  /** Of whom: "No. 101". */
  whose: string;
  field: OwnField;
  value: Value;
  currency: string;
  limits: ListingLimits;
  /** It is the design's own, and not the template's. */
  own: boolean;
  wrong: boolean;
  may: boolean;
  children: ReactNode;
  /** Keep it; null: as the template says. */
  save: (value: Value | null) => Promise<unknown>;
}

const NAMES: Record<OwnField, string> = {
  title: "title",
  description: "description",
  tags: "tags",
  price: "price",
  quantity: "quantity",
  sku: "SKU",
  category: "category",
};

/** A cell that is changed where it stands. Enter keeps it, Escape does not. */
export function Editable(props: Props) {
  const [editing, setEditing] = useState(false);
  if (editing) return <Editor {...props} close={() => setEditing(false)} />;
  const shown = (
    <>
      {props.children}
      {props.own && <span className={css.own}>Own</span>}
    </>
  );
  if (!props.may) return <div className={css.still}>{shown}</div>;
  return (
    <button type="button" className={css.cell} data-wrong={props.wrong} onClick={() => setEditing(true)}>
      <span className="visually-hidden">
        Change the {NAMES[props.field]} of {props.whose}:{" "}
      </span>
      <span className={css.shown}>{shown}</span>
      <Pencil size={14} className={css.pencil} aria-hidden />
    </button>
  );
}

function Editor({ whose, field, value, currency, limits, own, save, close }: Props & { close: () => void }) {
  const [now, setNow] = useState<Value>(value);
  const [busy, setBusy] = useState<"save" | "undo" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const keep = async (next: Value | null, word: "save" | "undo") => {
    setBusy(word);
    setError(null);
    try {
      await save(next);
      close();
    } catch (failed) {
      setError(failed);
      setBusy(null);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void keep(now, "save");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    } else if (event.key === "Enter" && (field === "title" || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      void keep(now, "save");
    }
  };
  return (
    <form className={css.editor} onSubmit={submit} onKeyDown={press} aria-label={`The ${NAMES[field]} of ${whose}`}>
      <Field field={field} now={now} setNow={setNow} currency={currency} limits={limits} whose={whose} />
      {error !== null && <ProblemNote error={error} />}
      <div className={css.actions}>
        <Button type="submit" size="compact-sm" loading={busy === "save"} disabled={busy !== null}>
          Save
        </Button>
        <Button size="compact-sm" variant="default" disabled={busy !== null} onClick={close}>
          Cancel
        </Button>
        {own && (
          <Button
            size="compact-sm"
            variant="subtle"
            leftSection={<Undo2 size={14} aria-hidden />}
            loading={busy === "undo"}
            disabled={busy !== null}
            onClick={() => void keep(null, "undo")}
          >
            As the template has it
          </Button>
        )}
      </div>
    </form>
  );
}

interface FieldProps {
  field: Props["field"];
  now: Value;
  setNow: (value: Value) => void;
  currency: string;
  limits: ListingLimits;
  whose: string;
}

function Field({ field, now, setNow, currency, limits, whose }: FieldProps) {
  const label = `${NAMES[field].slice(0, 1).toUpperCase()}${NAMES[field].slice(1)} of ${whose}`;
  if (field === "tags") {
    return (
      <WordsField
        label={label}
        value={now as string[]}
        onChange={setNow}
        longest={limits.tag}
        most={limits.tags}
        of="tags"
        autoFocus
      />
    );
  }
  const text = now as string;
  if (field === "price") {
    return (
      <NumberInput
        aria-label={label}
        autoFocus
        min={0}
        decimalScale={2}
        hideControls
        suffix={currency ? ` ${currency}` : ""}
        value={text}
        onChange={(value) => setNow(String(value))}
      />
    );
  }
  if (field === "quantity") {
    return (
      <NumberInput
        aria-label={label}
        autoFocus
        min={0}
        allowDecimal={false}
        hideControls
        value={text}
        onChange={(value) => setNow(String(value))}
      />
    );
  }
  if (field === "sku") {
    return (
      <>
        <TextInput aria-label={label} autoFocus value={text} onChange={(event) => setNow(event.currentTarget.value)} />
        <Budget used={characters(text)} most={limits.sku} />
      </>
    );
  }
  if (field === "category") {
    // A plan is made with what the connected shop says, so that categories can be asked for.
    return <CategoryPicker id={`category-${whose}`} label={label} value={text} onChange={setNow} connected />;
  }
  if (field === "description") {
    return (
      <Textarea
        aria-label={label}
        autoFocus
        autosize
        minRows={5}
        maxRows={16}
        value={text}
        onChange={(event) => setNow(event.currentTarget.value)}
      />
    );
  }
  return (
    <>
      <Textarea
        aria-label={label}
        autoFocus
        autosize
        minRows={2}
        value={text}
        onChange={(event) => setNow(event.currentTarget.value.replaceAll("\n", " "))}
      />
      <Budget used={characters(text)} most={limits.title} />
    </>
  );
}
