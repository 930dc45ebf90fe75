import { Tooltip } from "@mantine/core";
import type { Undo2 } from "lucide-react";
import css from "./Command.module.css";

/** A button of the toolbars: an icon, its words and key in a tooltip. `wide`: the words beside it, where there is room. */
export function Command(props: {
  label: string;
  words?: string;
  keys?: string;
  icon: typeof Undo2;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  wide?: boolean;
}) {
  const { label, words, keys, icon: Icon } = props;
  return (
    <Tooltip
      multiline={!!words}
      maw={240}
      label={
        <>
          {label} {keys && <kbd>{keys}</kbd>}
          {words && <div>{words}</div>}
        </>
      }
    >
      <button
        type="button"
        className={css.command}
        aria-label={label}
        aria-pressed={props.pressed}
        disabled={props.disabled}
        onClick={props.onClick}
      >
        <Icon size={18} strokeWidth={1.9} aria-hidden />
        {props.wide && <span aria-hidden>{label}</span>}
      </button>
    </Tooltip>
  );
}
