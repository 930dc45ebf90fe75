import { ActionIcon, Button, SegmentedControl } from "@mantine/core";
import { Check, ChevronLeft, ChevronRight, ImageOff, Replace, Trash2, Undo2 } from "lucide-react";
import { type CSSProperties, type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { DesignOut, MatchOut } from "~/api/schema";
import { Art } from "~/ui/Art";
import { ago, moment } from "~/ui/words";
import css from "./Duplicates.module.css";
import type { Word } from "./decisions";
import { factsOf, whyOf } from "./evidence";
import { Difference, Over } from "./Overlaid";
import { overlayOf } from "./overlay";
import { matchedOf, newcomerOf, type Pictures, printOf } from "./pictures";
import { Tag } from "./Queue";

type View = "beside" | "over" | "difference";

interface Props {
  match: MatchOut;
  place: string;
  go: (step: number) => void;
  /** Null: this person may not decide. */
  settle: ((word: Word | "undo") => void) | null;
  many: number;
}

/** One match, large: two pictures in three ways, what was measured, and the decision. */
export function Comparison({ match, place, go, settle, many }: Props) {
  const [view, setView] = useState<View>("beside");
  const overlay = overlayOf(match);
  return (
    <section className={`card ${css.comparison}`} aria-label="Comparison">
      <header className={css.head}>
        <div>
          <h2>{match.source.split("/").at(-1)}</h2>
          <p className="muted" title={moment(match.found_at)}>
            for {match.template} · {ago(match.found_at)} · <span className="number">{place}</span>
          </p>
        </div>
        <Tag match={match} />
        <span className={css.arrows}>
          <ActionIcon variant="default" size="lg" aria-label="The match before" onClick={() => go(-1)}>
            <ChevronLeft size={18} aria-hidden />
          </ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label="The next match" onClick={() => go(1)}>
            <ChevronRight size={18} aria-hidden />
          </ActionIcon>
        </span>
      </header>
      {overlay && (
        <SegmentedControl
          className={css.views}
          size="xs"
          value={view}
          onChange={(value) => setView(value as View)}
          aria-label="How to compare"
          data={[
            { value: "beside", label: "Side by side" },
            { value: "over", label: "Slider" },
            { value: "difference", label: "Difference" },
          ]}
        />
      )}
      {view === "beside" || !overlay ? (
        <Beside match={match} newcomer={newcomerOf(match)} matched={matchedOf(match)} />
      ) : view === "over" ? (
        <Over overlay={overlay} />
      ) : (
        <Difference overlay={overlay} />
      )}
      <div className={css.why}>
        <p>{whyOf(match.evidence)}</p>
        <dl className={css.facts}>
          {factsOf(match.evidence).map((fact) => (
            <div key={fact.label}>
              <dt>{fact.label}</dt>
              <dd className="number">{fact.words}</dd>
            </div>
          ))}
        </dl>
      </div>
      {match.decision ? (
        <Decided match={match} undo={settle && (() => settle("undo"))} many={many} />
      ) : (
        settle && <Decision match={match} settle={settle} many={many} />
      )}
    </section>
  );
}

function Decision({ match, settle, many }: { match: MatchOut; settle: (word: Word) => void; many: number }) {
  const of = many > 1 ? ` (${many})` : "";
  const file = printOf(match.matched, match.template);
  const number = many > 1 || !file ? "The stored number" : `No. ${file.number}`;
  const refused = match.kind === "duplicate";
  return (
    <footer className={css.decision}>
      <Button
        leftSection={<Check size={17} aria-hidden />}
        rightSection={<kbd className={css.key}>K</kbd>}
        onClick={() => settle("keep")}
      >
        Keep both{of}
      </Button>
      <Button
        variant="default"
        leftSection={<Trash2 size={16} aria-hidden />}
        rightSection={<kbd>D</kbd>}
        onClick={() => settle("drop")}
      >
        Drop the newcomer{of}
      </Button>
      <Button
        variant="default"
        leftSection={<Replace size={16} aria-hidden />}
        rightSection={<kbd>R</kbd>}
        onClick={() => settle("replace")}
      >
        Replace{of}
      </Button>
      <p className="muted">
        Replace: {number} keeps its number and name and gets the new art; the earlier art is kept for 30 days.{" "}
        {refused && "Kept or replacing, the file has to be sent again. "}
        All three can be undone.
      </p>
    </footer>
  );
}

const DECIDED: Record<Word, string> = {
  keep: "Both are kept.",
  drop: "The newcomer was dropped.",
  replace: "The new art took the place of the stored one, which keeps its number and name.",
};

function Decided({ match, undo, many }: { match: MatchOut; undo: (() => void) | null; many: number }) {
  const late = match.undo_until !== null && new Date(match.undo_until) <= new Date();
  const waits = match.kind === "duplicate" && match.decision !== "drop" && !match.newcomer;
  return (
    <footer className={css.decision}>
      {undo && !late && (
        <Button
          variant="default"
          leftSection={<Undo2 size={16} aria-hidden />}
          rightSection={<kbd>U</kbd>}
          onClick={undo}
        >
          Undo{many > 1 ? ` (${many})` : ""}
        </Button>
      )}
      <p className="muted">
        {match.decision && DECIDED[match.decision]} {match.decided_by && `By ${match.decided_by}, `}
        {match.decided_at && <span title={moment(match.decided_at)}>{ago(match.decided_at)}.</span>}{" "}
        {waits && "The file is stored when it is sent again. "}
        {late
          ? "That was too long ago to be undone: its files are gone."
          : match.undo_until && `Can be undone until ${new Date(match.undo_until).toLocaleDateString()}.`}
      </p>
    </footer>
  );
}

function Beside({ match, newcomer, matched }: { match: MatchOut; newcomer: Pictures; matched: Pictures }) {
  const ratio = Math.min(1.8, Math.max(0.75, ratioOf(printOf(match.matched, match.template))));
  return (
    <div className={css.beside}>
      <Side
        title="Newcomer"
        words={
          match.newcomer && !match.newcomer.deleted_at ? (
            <DesignLink design={match.newcomer} template={match.template} />
          ) : match.decision === "replace" && match.newcomer ? (
            "Its art has the stored number now"
          ) : match.newcomer ? (
            "Deleted"
          ) : (
            "Refused: it is not stored"
          )
        }
      >
        {newcomer.large ? (
          <Art
            src={newcomer.large}
            small={newcomer.small}
            alt="The newcomer"
            ratio={ratio}
            eager
            className={css.picture}
          />
        ) : (
          <div className={css.absent} style={{ "--ratio": ratio } as CSSProperties}>
            <ImageOff size={24} aria-hidden />
            <p>Its picture is not kept any more. Send it again to see it here.</p>
          </div>
        )}
      </Side>
      <Side
        title="In the shop"
        words={
          match.matched ? <DesignLink design={match.matched} template={match.template} /> : "It was removed meanwhile"
        }
      >
        <Art
          src={matched.large}
          small={matched.small}
          alt="What the shop has"
          ratio={ratio}
          eager
          className={css.picture}
        />
      </Side>
    </div>
  );
}

function Side({ title, words, children }: { title: string; words: ReactNode; children: ReactNode }) {
  return (
    <figure className={css.figure}>
      {children}
      <figcaption>
        <strong>{title}</strong>
        <span>{words}</span>
      </figcaption>
    </figure>
  );
}

function DesignLink({ design, template }: { design: DesignOut; template: string }) {
  const file = printOf(design, template);
  return (
    <Link to={`/designs/${design.id}`}>
      {design.name}
      {file ? ` · No. ${file.number}` : ""}
    </Link>
  );
}

function ratioOf(file: { width: number | null; height: number | null } | undefined): number {
  return file?.width && file.height ? file.width / file.height : 1;
}
