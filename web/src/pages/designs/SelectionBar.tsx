import { Button, CloseButton } from "@mantine/core";
import { Shirt, Tags } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "~/app/me";
import { many } from "~/ui/words";
import css from "./Designs.module.css";
import { selection, useSelection } from "./selection";

/** What can be done with the designs that are picked. */
export function SelectionBar() {
  const picked = useSelection();
  const may = useMay("write");
  if (picked.size === 0) return null;
  return (
    <div className={css.bar} role="toolbar" aria-label="Picked designs">
      <strong className="number">{many(picked.size, "design")} picked</strong>
      {may && (
        <Button component={Link} to="/mockups/render" size="sm" leftSection={<Shirt size={16} aria-hidden />}>
          Render mockups
        </Button>
      )}
      {may && (
        <Button
          component={Link}
          to="/listings/new"
          size="sm"
          variant="default"
          leftSection={<Tags size={16} aria-hidden />}
        >
          Make drafts
        </Button>
      )}
      <CloseButton aria-label="Pick none" onClick={() => selection.clear()} />
    </div>
  );
}
