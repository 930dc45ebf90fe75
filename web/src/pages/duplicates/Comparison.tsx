import { ActionIcon, Button, SegmentedControl, Slider } from "@mantine/core";
import { Check, ChevronLeft, ChevronRight, ImageOff, Trash2 } from "lucide-react";
import { type CSSProperties, type ReactNode, useState } from "react";
import { Link } from "react-router";
import type { DesignOut, MatchOut } from "~/api/schema";
import { Art } from "~/ui/Art";
import { ago, moment } from "~/ui/words";
import css from "./Duplicates.module.css";
import type { Word } from "./decisions";
import { factsOf, whyOf } from "./evidence";
import { printOf, usePicture } from "./pictures";
import { Tag } from "./Queue";

type View = "beside" | "over" | "difference";

interface Props {
  match: MatchOut;
  place: string;
  go: (step: number) => void;
  /** Null: it cannot be decided here. */
  settle: ((word: Word) => void) | null;
  many: number;
}

/** One match, large: two pictures in three ways, what was measured, and the decision. */
export function Comparison({ match, place, go, settle, many }: Props) {
  const [view, setView] = useState<View>("beside");
  const newcomer = usePicture(match);
  const matched = printOf(match.matched, match.template);
  const both = newcomer.large !== null && matched?.url != null;
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
      {both && (
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
      {view === "beside" || !both ? (
        <Beside match={match} newcomer={newcomer.large} matched={matched?.url ?? null} />
      ) : view === "over" ? (
        <Over newcomer={newcomer.large} matched={matched?.url ?? null} ratio={ratioOf(matched)} />
      ) : (
        <Difference newcomer={newcomer.large} matched={matched?.url ?? null} ratio={ratioOf(matched)} />
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
      {settle && <Decision match={match} settle={settle} many={many} />}
    </section>
  );
}

function Decision({ match, settle, many }: { match: MatchOut; settle: (word: Word) => void; many: number }) {
  const of = many > 1 ? ` (${many})` : "";
  const words =
    match.kind === "duplicate"
      ? "Keep both: the file is stored when it is sent again. Drop: it stays refused."
      : "Keep both: the flag goes. Drop: the newcomer's print files are removed.";
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
      <p className="muted">{words}</p>
    </footer>
  );
}

interface Two {
  newcomer: string | null;
  matched: string | null;
}

function Beside({ match, newcomer, matched }: Two & { match: MatchOut }) {
  const ratio = Math.min(1.8, Math.max(0.75, ratioOf(printOf(match.matched, match.template))));
  return (
    <div className={css.beside}>
      <Side
        title="Newcomer"
        words={
          match.newcomer ? (
            <DesignLink design={match.newcomer} template={match.template} />
          ) : (
            "Refused: it is not stored"
          )
        }
      >
        {newcomer ? (
          <Art src={newcomer} alt="The newcomer" ratio={ratio} eager className={css.picture} />
        ) : (
          <div className={css.absent} style={{ "--ratio": ratio } as CSSProperties}>
            <ImageOff size={24} aria-hidden />
            <p>A refused file is not kept on the server. Upload it in this browser again to see it here.</p>
          </div>
        )}
      </Side>
      <Side
        title="In the shop"
        words={
          match.matched ? <DesignLink design={match.matched} template={match.template} /> : "It was removed meanwhile"
        }
      >
        <Art src={matched} alt="What the shop has" ratio={ratio} eager className={css.picture} />
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

function Over({ newcomer, matched, ratio }: Two & { ratio: number }) {
  const [at, setAt] = useState(50);
  return (
    <div className={css.single}>
      <div className={css.stack} style={{ aspectRatio: ratio }}>
        <Art src={matched} alt="What the shop has" ratio={ratio} eager />
        <div className={css.upper} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}>
          <Art src={newcomer} alt="The newcomer" ratio={ratio} eager />
        </div>
        <span className={css.seam} style={{ left: `${at}%` }} aria-hidden />
        <span className={css.nameLeft}>Newcomer</span>
        <span className={css.nameRight}>In the shop</span>
      </div>
      <Slider value={at} onChange={setAt} label={null} thumbLabel="How much of the newcomer is shown" mt="md" />
    </div>
  );
}

/** What is black is the same in both; what shines differs. */
function Difference({ newcomer, matched, ratio }: Two & { ratio: number }) {
  const [gain, setGain] = useState(3);
  return (
    <div className={css.single}>
      <div className={css.difference} style={{ aspectRatio: ratio, filter: `brightness(${gain})` }}>
        <Art src={matched} alt="Black is the same in both, what shines differs" ratio={ratio} eager ground="none" />
        <div className={css.minus}>
          <Art src={newcomer} alt="" ratio={ratio} eager ground="none" />
        </div>
      </div>
      <div className={css.gain}>
        <span className="muted">Black is the same in both; what shines differs.</span>
        <Slider
          value={gain}
          onChange={setGain}
          min={1}
          max={12}
          label={(value) => `${value} × brighter`}
          thumbLabel="How much brighter differences are shown"
        />
      </div>
    </div>
  );
}

function ratioOf(file: { width: number | null; height: number | null } | undefined): number {
  return file?.width && file.height ? file.width / file.height : 1;
}
