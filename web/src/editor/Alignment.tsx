import css from "./Inspector.module.css";
import type { Area } from "./model";

const ALIGN_X = ["left", "center", "right"] as const;
const ALIGN_Y = ["top", "middle", "bottom"] as const;

/** Where a design of other proportions lies in its area: nine dots. */
export function Alignment(props: { area: Area; onChange: (values: Partial<Area>) => void; disabled: boolean }) {
  return (
    <div className={css.row}>
      <span className={css.label}>Align</span>
      <div className={css.align} role="radiogroup" aria-label="Where the design lies in the area">
        {ALIGN_Y.flatMap((align_y) =>
          ALIGN_X.map((align_x) => {
            const on = props.area.align_x === align_x && props.area.align_y === align_y;
            return (
              // biome-ignore lint/a11y/useSemanticElements: nine dots in a square are no radio inputs to the eye.
              <button
                key={align_x + align_y}
                type="button"
                role="radio"
                aria-checked={on}
                aria-label={`${align_y} ${align_x}`}
                disabled={props.disabled}
                onClick={() => props.onChange({ align_x, align_y })}
              />
            );
          }),
        )}
      </div>
    </div>
  );
}
