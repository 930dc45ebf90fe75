import { Checkbox } from "@mantine/core";
import { CloudOff, CopyCheck, FileX, Trash2 } from "lucide-react";
import { memo } from "react";
import { Link } from "react-router";
import type { DesignOut } from "~/api/schema";
import { Art } from "~/ui/Art";
import { Chip } from "~/ui/Chip";
import { Light } from "~/ui/Light";
import css from "./Designs.module.css";
import { faceOf } from "./face";
import { selection } from "./selection";

interface Props {
  /** Undefined: it is being read. */
  design: DesignOut | undefined;
  picked: boolean;
  /** Whether any is picked: then a click picks, too. */
  picking: boolean;
}

export const DesignCard = memo(function DesignCard({ design, picked, picking }: Props) {
  if (!design) {
    return (
      <li className={css.card} aria-busy="true">
        <Art src={null} alt="" ratio={1} />
        <span className={css.lineA} />
        <span className={css.lineB} />
      </li>
    );
  }
  const file = faceOf(design);
  return (
    <li className={css.card} data-picked={picked}>
      <Link
        to={`/designs/${design.id}`}
        className={css.open}
        onClick={(event) => {
          if (!picking || event.metaKey || event.ctrlKey) return;
          event.preventDefault();
          selection.toggle(design);
        }}
      >
        <Art src={file?.grid_picture} sharper={file?.thumbnail} alt="" ratio={1} className={css.cardArt} />
        <span className={css.cardName}>{design.name}</span>
      </Link>
      <span className={css.cardFacts}>
        <span className="number">
          {file ? `No. ${file.number}` : ""}
          <span className={css.product}>{productsOf(design)}</span>
        </span>
        {file && <Light preflight={file.preflight} compact />}
      </span>
      <span className={css.flags}>
        {design.kept_until && (
          <Chip tone="bad" icon={Trash2}>
            Kept until {new Date(design.kept_until).toLocaleDateString(undefined, { day: "numeric", month: "short" })}
          </Chip>
        )}
        {design.similar_to && (
          <Chip tone="note" icon={CopyCheck}>
            Similar
          </Chip>
        )}
        {design.print_files.some((one) => one.state === "missing") && (
          <Chip tone="bad" icon={FileX}>
            File missing
          </Chip>
        )}
        {design.print_files.some((one) => one.state === "spooled") && (
          <Chip tone="warn" icon={CloudOff}>
            Waits for the NAS
          </Chip>
        )}
      </span>
      <Checkbox
        className={css.pick}
        checked={picked}
        aria-label={`Pick ${design.name}`}
        onChange={() => selection.toggle(design)}
      />
    </li>
  );
});

function productsOf(design: DesignOut): string {
  const count = design.print_files.length;
  return count > 1 ? ` · ${count} products` : ` · ${design.print_files[0]?.template ?? ""}`;
}
