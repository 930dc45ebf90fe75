import { useEffect, useState } from "react";
import type { PlanRow } from "~/api/schema";
import { Editable } from "./Editable";
import { priceIn } from "./money";
import type { PlanDesk } from "./PlanList";
import css from "./PlanPreview.module.css";
import { Preview } from "./Preview";
import { Problems } from "./Problems";
import { editedOf, isOwn, type OwnField, whoseOf } from "./plan";
import { problemsIn } from "./problems";

interface Props {
  row: PlanRow | null;
  close: () => void;
  shop: string;
  desk: PlanDesk;
}

/** A row of the plan as Etsy would show it, and its fields to be changed. */
export function PlanPreview({ row, close, shop, desk }: Props) {
  // What was shown stays while the drawer slides away.
  const [last, setLast] = useState<PlanRow | null>(null);
  useEffect(() => {
    if (row) setLast(row);
  }, [row]);
  const shown = row ?? last;
  return (
    <Preview
      key={shown?.design}
      opened={row !== null}
      close={close}
      heading={shown ? `${whoseOf(shown)}, ${shown.name}` : ""}
      shown={shown && { ...shown.draft, shop }}
      fields={shown && <Fields row={shown} desk={desk} />}
    />
  );
}

function Fields({ row, desk }: { row: PlanRow; desk: PlanDesk }) {
  const draft = row.draft;
  const rest: [string, string][] = [
    ["Section", draft.section],
    ["Shipping profile", draft.shipping_profile],
    ["Processing profile", draft.processing_profile],
    ["Return policy", draft.return_policy],
    ["Materials", draft.materials.join(", ")],
  ];
  return (
    <div className={css.fields}>
      <Field row={row} desk={desk} field="title" label="Title" shown={draft.title} />
      <Field row={row} desk={desk} field="description" label="Description" shown={draft.description} />
      <Field row={row} desk={desk} field="tags" label="Tags" shown={draft.tags.join(", ")} />
      <Field row={row} desk={desk} field="price" label="Price" shown={priceIn(draft.price, desk.currency)} />
      <Field row={row} desk={desk} field="quantity" label="Quantity" shown={String(draft.quantity ?? "")} />
      <Field row={row} desk={desk} field="sku" label="SKU" shown={draft.sku} />
      <Field row={row} desk={desk} field="category" label="Category" shown={draft.category} />
      <Problems problems={problemsIn("rest", row.problems)} template={desk.template} />
      <dl className={css.rest}>
        {rest.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value || "None"}</dd>
          </div>
        ))}
      </dl>
      <h3>Pictures</h3>
      <ol className={css.alts}>
        {draft.pictures.map((one) => (
          <li key={one.url}>
            <img src={one.thumbnail} alt="" width={52} height={52} loading="lazy" />
            <span>{one.alt_text || <em>No alternative text</em>}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

function Field(props: { row: PlanRow; desk: PlanDesk; field: OwnField; label: string; shown: string }) {
  const { row, desk, field } = props;
  const problems = problemsIn(field, row.problems);
  return (
    <div>
      <span className={css.label}>{props.label}</span>
      <Editable
        whose={whoseOf(row)}
        field={field}
        value={editedOf(row, field)}
        currency={desk.currency}
        limits={desk.limits}
        own={isOwn(row, field)}
        wrong={problems.length > 0}
        may={desk.may}
        save={(value) => desk.save(row, field, value)}
      >
        <span className={css.text}>{props.shown || <em>None</em>}</span>
      </Editable>
      <Problems problems={problems} template={desk.template} />
    </div>
  );
}
