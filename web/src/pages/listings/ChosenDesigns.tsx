import { Link } from "react-router";
import type { DesignOut } from "~/api/schema";
import { faceOf } from "~/pages/designs/face";
import { Art } from "~/ui/Art";
import { many } from "~/ui/words";
import css from "./ChosenDesigns.module.css";

interface Props {
  picked: DesignOut[];
  /** Those of them that have a print file for the product. */
  fitting: DesignOut[];
  product: string;
  all: () => void;
}

/** Most pictures of the strip. */
const SHOWN = 11;

/** The designs that were picked among all, or all of the product. */
export function ChosenDesigns({ picked, fitting, product, all }: Props) {
  if (picked.length === 0) {
    return (
      <p className={`muted ${css.words}`}>
        All designs with a print file for <strong>{product}</strong>. For some only,{" "}
        <Link to="/designs">pick them among the designs</Link>.
      </p>
    );
  }
  const left = picked.length - fitting.length;
  return (
    <>
      <ul className={css.strip}>
        {picked.slice(0, SHOWN).map((design) => (
          <li key={design.id} data-fits={fitting.includes(design)} title={design.name}>
            <Art src={faceOf(design)?.thumbnail} alt={design.name} ratio={1} />
          </li>
        ))}
        {picked.length > SHOWN && <li className={css.rest}>+{picked.length - SHOWN}</li>}
      </ul>
      <p className={`muted ${css.words}`}>
        {many(fitting.length, "design")} with a print file for {product}
        {left > 0 && `; ${left} without one left out`}.{" "}
        <button type="button" className={css.plain} onClick={all}>
          All designs instead
        </button>
      </p>
    </>
  );
}
