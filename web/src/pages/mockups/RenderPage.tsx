import { Button, Chip as Pick, Select, Skeleton } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { ArrowLeft, Shirt } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useSearchParams } from "react-router";
import { api, body } from "~/api/client";
import { libraryQuery, setsQuery, templatesQuery } from "~/api/queries";
import type { SetOut } from "~/api/schema";
import { tell } from "~/app/toasts";
import { faceOf } from "~/pages/designs/face";
import { selection, useSelection } from "~/pages/designs/selection";
import { Art } from "~/ui/Art";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { many } from "~/ui/words";
import css from "./Render.module.css";
import { Sample } from "./Sample";

const SAMPLE = 10;

/** Which designs, on what, in which colours; a sample first, then all. */
export function RenderPage() {
  const sets = useQuery(setsQuery);
  if (sets.isError) return <ProblemNote error={sets.error} again={() => void sets.refetch()} />;
  if (sets.isPending) return <Skeleton height={420} radius="lg" />;
  if (sets.data.length === 0) {
    return (
      <EmptyState
        icon={Shirt}
        title="There is no mockup set yet"
        words="Draw one, or import a pack; then designs can be shown on it."
      >
        <Button component={Link} to="/mockups">
          To the mockups
        </Button>
      </EmptyState>
    );
  }
  return <Render sets={sets.data} />;
}

function Render({ sets }: { sets: SetOut[] }) {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const picked = [...useSelection().values()];
  const templates = useQuery(templatesQuery).data ?? [];
  const [name, setName] = useState(params.get("set") ?? sets[0]?.name ?? "");
  const set = sets.find((one) => one.name === name) ?? sets[0];
  const [own, setOwn] = useState<string | null>(null);
  const template = set?.template ?? own ?? templates[0]?.name ?? null;
  const all = [...new Set(set?.pictures.flatMap((picture) => picture.colours) ?? [])];
  const [colours, setColours] = useState<string[]>([]);
  const chosen = colours.filter((one) => all.includes(one));
  const [sample, setSample] = useState<string | null>(null);
  const fitting = picked.filter((design) => design.print_files.some((file) => file.template === template));
  const render = useMutation({
    mutationFn: (first: number | null) =>
      body(
        api.POST("/api/v1/mockups", {
          body: {
            set: set?.name ?? "",
            template: set?.template ? null : template,
            designs: picked.length ? picked.map((one) => one.id) : null,
            colours: chosen.length ? chosen : null,
            sample: first,
            force: false,
          },
        }),
      ),
    onSuccess: (job, first) => {
      if (first) setSample(job.id);
      else {
        selection.clear();
        tell("The mockups are being rendered. Follow them under Jobs.");
        void navigate("/jobs");
      }
    },
  });
  const each = set ? perDesign(set, chosen) : 0;
  const designs = picked.length ? fitting.length : null;
  return (
    <>
      <Link to="/mockups" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> Mockups
      </Link>
      <PageHead title="Render mockups" words="Only what is not there already is rendered." />
      <div className={css.steps}>
        <section className="card" aria-labelledby="which">
          <h2 id="which">
            <span className={css.step}>1</span> Designs
          </h2>
          {picked.length ? (
            <>
              <ul className={css.strip}>
                {picked.slice(0, 14).map((design) => (
                  <li key={design.id} data-fits={fitting.includes(design)} title={design.name}>
                    <Art src={faceOf(design)?.thumbnail} alt={design.name} ratio={1} />
                  </li>
                ))}
                {picked.length > 14 && <li className={css.rest}>+{picked.length - 14}</li>}
              </ul>
              <p className="muted">
                {many(fitting.length, "design")} with a print file for {template}
                {picked.length > fitting.length && `; ${picked.length - fitting.length} without one left out`}.{" "}
                <button type="button" className={css.plain} onClick={() => selection.clear()}>
                  All designs instead
                </button>
              </p>
            </>
          ) : (
            <AllDesigns template={template} />
          )}
        </section>
        <section className="card" aria-labelledby="onwhat">
          <h2 id="onwhat">
            <span className={css.step}>2</span> Set and colours
          </h2>
          <div className={css.sets} role="radiogroup" aria-label="Mockup set">
            {sets.map((one) => (
              <SetChoice
                key={one.id}
                set={one}
                on={one.name === set?.name}
                choose={() => {
                  setName(one.name);
                  setSample(null);
                }}
              />
            ))}
          </div>
          {set && !set.template && (
            <Select
              mt="md"
              maw={300}
              label="Print files of which template"
              data={templates.map((one) => one.name)}
              value={template}
              onChange={setOwn}
            />
          )}
          {all.length > 0 && (
            <>
              <p className={css.label}>
                Colours {chosen.length === 0 && <span className="muted">· all {all.length}</span>}
              </p>
              <Pick.Group multiple value={chosen} onChange={setColours}>
                <div className={css.colours}>
                  {all.map((colour) => (
                    <Pick key={colour} value={colour} size="sm">
                      {colour}
                    </Pick>
                  ))}
                </div>
              </Pick.Group>
            </>
          )}
        </section>
        <section className="card" aria-labelledby="go">
          <h2 id="go">
            <span className={css.step}>3</span> {sample ? "Does the sample look right?" : "A sample first"}
          </h2>
          {sample && set ? (
            <Sample job={sample} set={set.name} designs={picked.map((one) => one.id)} />
          ) : (
            <p className="muted">
              {each} {each === 1 ? "mockup" : "mockups"} of each design
              {designs !== null ? `, ${many(designs * each, "mockup")} in all` : ""}. The first {SAMPLE} show whether
              all is as you want it.
            </p>
          )}
          <div className={css.go}>
            <Button
              variant={sample ? "default" : "filled"}
              disabled={designs === 0}
              loading={render.isPending && render.variables !== null}
              onClick={() => render.mutate(SAMPLE)}
            >
              {sample ? "Another sample" : `Render a sample of ${SAMPLE}`}
            </Button>
            <Button
              variant={sample ? "filled" : "default"}
              disabled={designs === 0}
              loading={render.isPending && render.variables === null}
              onClick={() => render.mutate(null)}
            >
              {sample ? "It does: render all" : "Render all at once"}
            </Button>
          </div>
        </section>
      </div>
    </>
  );
}

function AllDesigns({ template }: { template: string | null }) {
  const library = useQuery(libraryQuery).data;
  return (
    <p className="muted">
      All designs with a print file for <strong>{template}</strong>
      {library ? ` (the shop has ${many(library.stored, "print file")} in all)` : ""}. To render some only,{" "}
      <Link to="/designs">pick them among the designs</Link>.
    </p>
  );
}

function SetChoice({ set, on, choose }: { set: SetOut; on: boolean; choose: () => void }) {
  return (
    <label className={css.choice} data-on={on}>
      <input type="radio" name="set" checked={on} onChange={choose} />
      <Art src={set.cover} alt="" ratio={4 / 3} fit="cover" ground="none" />
      <span>{set.name}</span>
    </label>
  );
}

function perDesign(set: SetOut, colours: string[]): number {
  if (colours.length === 0) return set.mockups_per_design;
  return set.pictures.reduce(
    (sum, one) => sum + (one.colours.length ? one.colours.filter((colour) => colours.includes(colour)).length : 1),
    0,
  );
}
