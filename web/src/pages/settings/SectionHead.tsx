import type { ReactNode } from "react";
import { useTitle } from "~/ui/title";
import css from "./Settings.module.css";

export function SectionHead(props: { title: string; words?: ReactNode; children?: ReactNode }) {
  useTitle(`${props.title} · Settings`);
  return (
    <div className={css.head}>
      <div>
        <h2>{props.title}</h2>
        {props.words && <p className="muted">{props.words}</p>}
      </div>
      {props.children}
    </div>
  );
}
