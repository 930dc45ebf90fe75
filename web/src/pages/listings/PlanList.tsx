import { Checkbox } from "@mantine/core";
import type { ReactNode } from "react";
import type { ListingLimits, PlanRow } from "~/api/schema";
import { Art } from "~/ui/Art";
import { Chip } from "~/ui/Chip";
import { many } from "~/ui/words";
import { Changes } from "./Changes";
import { Editable } from "./Editable";
import { characters } from "./limits";
import { priceIn } from "./money";
import css from "./PlanList.module.css";
import { Problems } from "./Problems";
import { ACTIONS, editedOf, isOwn, type OwnField, whoseOf, works } from "./plan";
import { problemsIn } from "./problems";

export interface PlanDesk {
  /** The listing template's id, for links to it. */
  template: number;
  limits: ListingLimits;
  currency: string;
  may: boolean;
  left: ReadonlySet<string>;
  /** Leave a row out of what is made, or take it in again. */
  leave: (design: string, out: boolean) => void;
  look: (row: PlanRow) => void;
  save: (row: PlanRow, field: OwnField, value: string | string[] | null) => Promise<unknown>;
}

/** The plan, a row a design; at a phone's width a card a design. */
export function PlanList({ rows, desk }: { rows: PlanRow[]; desk: PlanDesk }) {
  return (
    <div className={`card ${css.table}`}>
      <div className={css.heads} aria-hidden>
        <span />
        <span>Design</span>
        <span>Title</span>
        <span>Tags</span>
        <span>Price, stock, category</span>
        <span>What happens</span>
      </div>
      <ul className={css.rows} aria-label="Plan">
        {rows.map((row) => (
          <PlanEntry key={row.design} row={row} desk={desk} />
        ))}
      </ul>
    </div>
  );
}

function PlanEntry({ row, desk }: { row: PlanRow; desk: PlanDesk }) {
  const taken = works(row.action) && !desk.left.has(row.design);
  return (
    <li className={css.row} data-action={row.action} aria-label={`${whoseOf(row)}, ${row.name}`}>
      <Checkbox
        className={css.pick}
        aria-label={`Make ${whoseOf(row)}`}
        checked={taken}
        disabled={!works(row.action)}
        onChange={(event) => desk.leave(row.design, !event.currentTarget.checked)}
      />
      <div className={css.design}>
        <Picture row={row} look={desk.look} />
        <span className={css.name}>
          <strong className="number">{row.number}</strong> {row.name}
        </span>
        <Problems problems={problemsIn("pictures", row.problems)} template={desk.template} />
      </div>
      <OwnCell row={row} desk={desk} field="title" label="Title">
        {row.draft.title || <em>No title</em>}{" "}
        <span className={`${css.count} number`} data-over={characters(row.draft.title) > desk.limits.title}>
          {characters(row.draft.title)}
        </span>
      </OwnCell>
      <OwnCell row={row} desk={desk} field="tags" label="Tags">
        <Tags tags={row.draft.tags} limits={desk.limits} />
      </OwnCell>
      <div className={`${css.cell} ${css.sale}`}>
        <OwnCell row={row} desk={desk} field="price" label="Price">
          <span className="number">{priceIn(row.draft.price, desk.currency)}</span>
        </OwnCell>
        <OwnCell row={row} desk={desk} field="quantity" label="Quantity">
          {row.draft.quantity === null ? <em>None</em> : <span className="number">{row.draft.quantity} in stock</span>}
        </OwnCell>
        <OwnCell row={row} desk={desk} field="sku" label="SKU">
          {row.draft.sku ? <span className="number">{row.draft.sku}</span> : <em>No SKU</em>}
        </OwnCell>
        <OwnCell row={row} desk={desk} field="category" label="Category">
          {row.draft.category ? (
            <span title={row.draft.category}>{row.draft.category.split(" > ").at(-1)}</span>
          ) : (
            <em>No category</em>
          )}
        </OwnCell>
      </div>
      <div className={css.cell}>
        <span className={css.label}>What happens</span>
        <Chip tone={ACTIONS[row.action].tone}>{ACTIONS[row.action].words}</Chip>
        {row.action !== "refused" && row.action !== "create" && (
          <p className={css.meaning}>{ACTIONS[row.action].meaning}</p>
        )}
        {row.action === "change" && <Changes changes={row.changes} />}
        <Problems
          problems={[...problemsIn("description", row.problems), ...problemsIn("rest", row.problems)]}
          template={desk.template}
        />
      </div>
    </li>
  );
}

function Picture({ row, look }: { row: PlanRow; look: (row: PlanRow) => void }) {
  const pictures = row.draft.pictures;
  const first = pictures[0];
  return (
    <button type="button" className={css.picture} onClick={() => look(row)}>
      <Art
        src={first ? first.thumbnail : row.thumbnail}
        alt=""
        ratio={1}
        fit={first ? "cover" : "contain"}
        ground={first ? "light" : "checker"}
      />
      <span className={css.pictures}>{pictures.length || "None"}</span>
      <span className="visually-hidden">
        Preview {whoseOf(row)}, {many(pictures.length, "picture")}
      </span>
    </button>
  );
}

function OwnCell(props: {
  row: PlanRow;
  desk: PlanDesk;
  field: Exclude<OwnField, "description">;
  label: string;
  children: ReactNode;
}) {
  const { row, desk, field } = props;
  const wrong = problemsIn(field, row.problems);
  return (
    <div className={css.cell} data-cell={field}>
      <span className={css.label}>{props.label}</span>
      <Editable
        whose={whoseOf(row)}
        field={field}
        value={editedOf(row, field)}
        currency={desk.currency}
        limits={desk.limits}
        own={isOwn(row, field)}
        wrong={wrong.length > 0}
        may={desk.may}
        save={(value) => desk.save(row, field, value)}
      >
        {props.children}
      </Editable>
      <Problems problems={wrong} template={desk.template} />
    </div>
  );
}

function Tags({ tags, limits }: { tags: string[]; limits: ListingLimits }) {
  if (tags.length === 0) return <em>No tags</em>;
  return (
    <span className={css.tags}>
      {tags.map((tag, at) => (
        <span key={tag} className={css.tag} data-over={characters(tag) > limits.tag || at >= limits.tags}>
          {tag}
        </span>
      ))}
      <span className={`${css.count} number`} data-over={tags.length > limits.tags}>
        {tags.length}
      </span>
    </span>
  );
}
