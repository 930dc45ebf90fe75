import type { ReactNode } from "react";
import css from "./PageHead.module.css";
import { useTitle } from "./title";

/** The head of a page: its name, a word about it, and what can be done here. */
export function PageHead(props: { title: string; words?: ReactNode; children?: ReactNode }) {
  useTitle(props.title);
  return (
    <header className={css.head}>
      <div className={css.text}>
        <h1 className={css.title}>{props.title}</h1>
        {props.words && <p className={css.words}>{props.words}</p>}
      </div>
      {props.children && <div className={css.actions}>{props.children}</div>}
    </header>
  );
}
