import { ActionIcon, Button, Skeleton, Switch, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Check, UploadCloud, X } from "lucide-react";
import { useState } from "react";
import { presetsQuery, templatesQuery } from "~/api/queries";
import { Art } from "~/ui/Art";
import { ProblemNote } from "~/ui/ProblemNote";
import { type Sized, sizeOf, TemplateShape } from "~/ui/TemplateShape";
import { bytes, inches, many } from "~/ui/words";
import { basket } from "~/upload/basket";
import { uploads } from "~/upload/engine";
import { canSendLess, sendLess } from "~/upload/lessening";
import type { Picked } from "~/upload/picked";
import { usePreview } from "~/upload/previews";
import css from "./Upload.module.css";

const REMEMBERED = "printdock.templates";

/** What was chosen, and the question that is left: for which product? */
export function Tray({ files }: { files: Picked[] }) {
  const [chosen, setChosen] = useState<string[]>(remembered);
  const [less, setLess] = useState(sendLess.on);
  const size = files.reduce((sum, one) => sum + one.file.size, 0);
  const begin = () => {
    for (const template of chosen) uploads.begin(template, files, less);
    localStorage.setItem(REMEMBERED, JSON.stringify(chosen));
    basket.set([]);
  };
  return (
    <section className={`card ${css.tray}`} aria-label="Chosen designs">
      <div className={css.trayHead}>
        <h2>
          {many(files.length, "design")} <span className="muted number">· {bytes(size)}</span>
        </h2>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={() => basket.set([])}>
          Clear
        </Button>
      </div>
      <ul className={css.strip}>
        {files.slice(0, 24).map((one) => (
          <Chosen key={`${one.name} ${one.file.size}`} one={one} files={files} />
        ))}
        {files.length > 24 && <li className={css.more}>+{files.length - 24}</li>}
      </ul>
      <h3 className={css.question}>For which product?</h3>
      <Templates chosen={chosen} choose={setChosen} />
      {canSendLess && (
        <Switch
          className={css.less}
          label="Send less"
          description="For a slow line: empty borders of PNG files are cut off here first. The print file is the same."
          checked={less}
          onChange={(event) => {
            sendLess.set(event.currentTarget.checked);
            setLess(event.currentTarget.checked);
          }}
        />
      )}
      <div className={css.go}>
        <Button
          size="md"
          leftSection={<UploadCloud size={19} aria-hidden />}
          disabled={chosen.length === 0}
          onClick={begin}
          data-autofocus
        >
          {chosen.length > 1
            ? `Upload ${many(files.length, "design")} for ${chosen.length} products`
            : `Upload ${many(files.length, "design")}`}
        </Button>
        <span className="muted">
          {chosen.length === 0
            ? "Choose at least one."
            : chosen.length === 1
              ? `A print file each for ${chosen[0]}.`
              : `A print file each for ${chosen.slice(0, -1).join(", ")} and ${chosen.at(-1)}.`}
        </span>
      </div>
    </section>
  );
}

function Chosen({ one, files }: { one: Picked; files: Picked[] }) {
  const preview = usePreview(one.file);
  return (
    <li className={css.chosen}>
      <Tooltip label={one.name}>
        <span>
          <Art src={preview} alt={one.name} ratio={1} />
        </span>
      </Tooltip>
      <ActionIcon
        className={css.drop}
        size={22}
        radius="xl"
        variant="default"
        aria-label={`Leave out ${one.name}`}
        onClick={() => basket.set(files.filter((other) => other !== one))}
      >
        <X size={13} aria-hidden />
      </ActionIcon>
    </li>
  );
}

/** The shop's templates first, then products ready to use. */
function Templates({ chosen, choose }: { chosen: string[]; choose: (names: string[]) => void }) {
  const own = useQuery(templatesQuery);
  const presets = useQuery(presetsQuery);
  if (own.isError) return <ProblemNote error={own.error} again={() => void own.refetch()} />;
  if (own.isPending || presets.isPending) return <Skeleton height={92} radius="md" />;
  const names = new Set(own.data.map((one) => one.name));
  const more = (presets.data ?? []).filter((one) => !names.has(one.name));
  const toggle = (name: string) =>
    choose(chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name]);
  const cards = (some: { name: string; recipe: Sized & { dpi: number } }[]) =>
    some.map((one) => (
      <TemplateCard key={one.name} {...one} on={chosen.includes(one.name)} toggle={() => toggle(one.name)} />
    ));
  return (
    <fieldset className={css.templates}>
      <legend className="visually-hidden">For which product?</legend>
      {own.data.length > 0 && <div className={css.cards}>{cards(own.data)}</div>}
      {more.length > 0 && (
        <details open={own.data.length === 0} className={css.ready}>
          <summary>
            {own.data.length ? `${many(more.length, "more product")} ready to use` : "Products ready to use"}
          </summary>
          <div className={css.cards}>{cards(more)}</div>
        </details>
      )}
    </fieldset>
  );
}

function TemplateCard(props: { name: string; recipe: Sized & { dpi: number }; on: boolean; toggle: () => void }) {
  const [width, height] = sizeOf(props.recipe);
  return (
    <label className={css.template} data-on={props.on}>
      <input type="checkbox" checked={props.on} onChange={props.toggle} />
      <TemplateShape recipe={props.recipe} />
      <span className={css.templateText}>
        <strong>{props.name}</strong>
        <span className="muted number">
          {inches(width)} × {inches(height)} in · {props.recipe.dpi} DPI
        </span>
      </span>
      <span className={css.tick} aria-hidden>
        {props.on && <Check size={13} strokeWidth={3} />}
      </span>
    </label>
  );
}

function remembered(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(REMEMBERED) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}
