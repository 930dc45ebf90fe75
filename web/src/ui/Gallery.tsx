import { History } from "lucide-react";
import { useState } from "react";
import type { MockupOut } from "~/api/schema";
import { Art } from "./Art";
import { Chip } from "./Chip";
import { Earlier } from "./Earlier";
import css from "./Gallery.module.css";
import { Lightbox } from "./Lightbox";

/** Mockups as pictures; each opens large. */
export function Gallery({ mockups, captions = false }: { mockups: MockupOut[]; captions?: boolean }) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <>
      <Earlier mockups={mockups} />
      <ul className={css.gallery}>
        {mockups.map((one, at) => (
          <li key={one.id} className={css.one}>
            <button type="button" className={css.open} onClick={() => setOpen(at)}>
              <Art src={one.thumbnail} alt={wordsOf(one)} ratio={1} fit="cover" ground="none" className={css.picture} />
            </button>
            {one.outdated && (
              <span className={css.flag}>
                <Chip tone="note" icon={History}>
                  Earlier art
                </Chip>
              </span>
            )}
            {captions && (
              <span className={css.caption}>
                <strong>No. {one.number}</strong> {one.set} · {one.picture}
                {one.colour ? `, ${one.colour}` : ""}
              </span>
            )}
          </li>
        ))}
      </ul>
      <Lightbox mockups={mockups} at={open} show={setOpen} />
    </>
  );
}

export function wordsOf(one: MockupOut): string {
  return `No. ${one.number} on ${one.set}, ${one.picture}${one.colour ? `, ${one.colour}` : ""}`;
}
