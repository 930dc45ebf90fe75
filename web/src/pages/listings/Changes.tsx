import type { PlanChange } from "~/api/schema";
import css from "./Changes.module.css";
import { fieldName } from "./fields";

/** What would change at Etsy, as it is and as it is to be; what the seller changed there stays. */
export function Changes({ changes }: { changes: readonly PlanChange[] }) {
  return (
    <ul className={css.changes} aria-label="Changes">
      {changes.map((one) => (
        <li key={one.field}>
          <strong>{fieldName(one.field)}</strong>
          {one.kept ? (
            <span> was changed at Etsy, and stays so</span>
          ) : (
            <>
              {one.before !== null && one.before !== undefined && <del>{wordsOf(one.before)}</del>}
              <ins>{wordsOf(one.after)}</ins>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A value as people read it, short. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) {
    const parts = value.map((one) =>
      typeof one === "object" && one !== null && "file" in one ? String(one.file).split("/").at(-1) : String(one),
    );
    return short(parts.join(", ") || "none");
  }
  if (typeof value === "object" && value !== null) {
    const parts = Object.entries(value).map(([name, one]) => `${name.replaceAll("_", " ")} ${String(one ?? "none")}`);
    return short(parts.join(", "));
  }
  if (value === true) return "yes";
  if (value === false) return "no";
  return short(String(value ?? "none"));
}

function short(text: string): string {
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
