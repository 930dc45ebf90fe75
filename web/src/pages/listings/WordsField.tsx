import { CloseButton, PillsInput } from "@mantine/core";
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { Budget } from "./Budget";
import { characters, split } from "./limits";
import css from "./WordsField.module.css";

interface Props {
  label: string;
  value: string[];
  onChange: (value: string[]) => void;
  /** Most characters of one, and most of them. */
  longest: number;
  most: number;
  of: string;
  placeholder?: string;
  error?: ReactNode;
  autoFocus?: boolean;
}

/**
 * Tags, materials, styles: a word after each comma or Enter, many at once from the clipboard; a click takes one back
 * into the line to change it. What is too long is kept, and said, for a person to shorten.
 */
export function WordsField({ label, value, onChange, longest, most, of, placeholder, error, autoFocus }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const add = (text: string) => {
    const fresh = split(text).filter((one) => !value.includes(one));
    setTyped("");
    if (fresh.length > 0) onChange([...value, ...fresh]);
  };
  const without = (at: number) => value.filter((_one, index) => index !== at);
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "," || (event.key === "Enter" && typed.trim() !== "")) {
      event.preventDefault();
      event.stopPropagation();
      add(typed);
    } else if (event.key === "Backspace" && typed === "") onChange(value.slice(0, -1));
  };
  const paste = (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData("text");
    if (!/[,\n;]/.test(text)) return;
    event.preventDefault();
    add(typed + text);
  };
  const long = value.filter((one) => characters(one) > longest).length;
  return (
    <PillsInput
      label={label}
      error={error}
      description={
        <span className={css.counts}>
          <Budget used={value.length} most={most} of={of} />
          {typed !== "" ? (
            <Budget used={characters(typed)} most={longest} />
          ) : (
            long > 0 && <span className={css.long}>{long} too long</span>
          )}
        </span>
      }
      inputWrapperOrder={["label", "input", "description", "error"]}
    >
      <div className={css.words}>
        {value.map((word, at) => {
          const length = characters(word);
          return (
            <span key={word} className={css.word} data-over={length > longest || at >= most}>
              <button
                type="button"
                className={css.text}
                aria-label={`Change ${word}`}
                onClick={() => {
                  onChange(without(at));
                  setTyped(word);
                  field.current?.focus();
                }}
              >
                {word}
                {length > longest && <span className="number"> {`${length}/${longest}`}</span>}
              </button>
              <CloseButton
                size={18}
                iconSize={12}
                aria-label={`Leave out ${word}`}
                onClick={() => onChange(without(at))}
              />
            </span>
          );
        })}
        <PillsInput.Field
          ref={field}
          aria-label={label}
          data-autofocus={autoFocus || undefined}
          autoFocus={autoFocus}
          value={typed}
          placeholder={value.length === 0 ? placeholder : undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={press}
          onPaste={paste}
          onBlur={() => add(typed)}
        />
      </div>
    </PillsInput>
  );
}
