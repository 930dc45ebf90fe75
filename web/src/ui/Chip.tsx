import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import css from "./Chip.module.css";

export type Tone = "plain" | "ok" | "warn" | "bad" | "note" | "accent";

/** A state in a word. */
export function Chip({
  tone = "plain",
  icon: Icon,
  children,
}: {
  tone?: Tone;
  icon?: LucideIcon;
  children: ReactNode;
}) {
  return (
    <span className={css.chip} data-tone={tone}>
      {Icon && <Icon size={13} strokeWidth={2.3} aria-hidden />}
      {children}
    </span>
  );
}
