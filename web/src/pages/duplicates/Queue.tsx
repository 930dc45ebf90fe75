import { Checkbox } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { MatchOut } from "~/api/schema";
import { Art } from "~/ui/Art";
import { Chip } from "~/ui/Chip";
import css from "./Duplicates.module.css";
import { matchedOf, newcomerOf } from "./pictures";

interface Props {
  all: MatchOut[];
  shown: number;
  look: (id: number) => void;
  /** Null: nothing can be picked. */
  picked: ReadonlySet<number> | null;
  pick: (id: number) => void;
}

/** The matches, small. */
export function Queue({ all, shown, look, picked, pick }: Props) {
  return (
    <ul className={css.queue} aria-label="Matches">
      {all.map((match) => (
        <Entry key={match.id} match={match} shown={match.id === shown} look={look} picked={picked} pick={pick} />
      ))}
    </ul>
  );
}

function Entry({
  match,
  shown,
  look,
  picked,
  pick,
}: Omit<Props, "all" | "shown"> & { match: MatchOut; shown: boolean }) {
  const ref = useRef<HTMLLIElement>(null);
  const newcomer = newcomerOf(match);
  useEffect(() => {
    const entry = ref.current;
    const list = entry?.parentElement;
    if (!shown || !entry || !list) return;
    // Only the list scrolls, not the page.
    const top = entry.offsetTop - list.offsetTop;
    if (top < list.scrollTop) list.scrollTop = top;
    const under = top + entry.offsetHeight - list.clientHeight;
    if (under > list.scrollTop) list.scrollTop = under;
  }, [shown]);
  const name = match.source.split("/").at(-1) ?? match.source;
  return (
    <li ref={ref} className={css.entry} data-shown={shown}>
      {picked && (
        <Checkbox
          checked={picked.has(match.id)}
          onChange={() => pick(match.id)}
          aria-label={`Pick ${name}`}
          size="sm"
        />
      )}
      <button type="button" className={css.entryMain} onClick={() => look(match.id)} aria-current={shown}>
        <span className={css.pair}>
          <Art src={newcomer.small} alt="" ratio={1} />
          <Art src={matchedOf(match).small} alt="" ratio={1} />
        </span>
        <span className={css.entryText}>
          <strong>{name}</strong>
          <span>{match.template}</span>
        </span>
        <Tag match={match} />
      </button>
    </li>
  );
}

export function Tag({ match }: { match: MatchOut }) {
  if (match.decision === "keep") return <Chip tone="ok">Kept</Chip>;
  if (match.decision === "drop") return <Chip>Dropped</Chip>;
  if (match.decision === "replace") return <Chip tone="accent">Replaced</Chip>;
  return match.kind === "duplicate" ? <Chip tone="warn">Refused</Chip> : <Chip tone="note">Similar</Chip>;
}
