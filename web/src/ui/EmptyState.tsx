import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import css from "./EmptyState.module.css";

/** In place of a list with nothing in it: what would be here, and the next step. */
export function EmptyState(props: { icon: LucideIcon; title: string; words?: ReactNode; children?: ReactNode }) {
  return (
    <div className={css.empty}>
      <span className={css.icon}>
        <props.icon size={26} strokeWidth={1.7} aria-hidden />
      </span>
      <h2 className={css.title}>{props.title}</h2>
      {props.words && <p className={css.words}>{props.words}</p>}
      {props.children && <div className={css.actions}>{props.children}</div>}
    </div>
  );
}
