import css from "./Budget.module.css";

/** How much of what is allowed a text takes: "112 of 140". */
export function Budget({ used, most, of = "characters" }: { used: number; most: number; of?: string }) {
  const over = used - most;
  return (
    <span className={`${css.budget} number`} data-over={over > 0}>
      <span className={css.track} aria-hidden>
        <span className={css.fill} style={{ width: `${Math.min(100, (used / most) * 100)}%` }} />
      </span>
      {used} of {most} {of}
      {over > 0 && `, ${over} too many`}
    </span>
  );
}
