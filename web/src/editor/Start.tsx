import { Button, FileButton, Select, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowRight, PackageOpen, PencilRuler, Plus } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { Problem } from "~/api/problem";
import { keys, setsQuery } from "~/api/queries";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { Chip } from "~/ui/Chip";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { beginSet, draftQuery, draftsQuery, importPack, preview } from "./calls";
import { asPreviewed, complete } from "./model";
import { useTemplateNames } from "./SetPanel";
import css from "./Start.module.css";

const ANY = "any";

/** Begin a set, or go on with one. */
export function Start() {
  const may = useMay("write");
  const sets = useQuery(setsQuery);
  const drafts = useQuery(draftsQuery);
  const unfinished = new Map((drafts.data ?? []).map((draft) => [draft.id, draft]));
  const fresh = (drafts.data ?? []).filter((draft) => !draft.set_name);
  return (
    <>
      <PageHead
        title="Mockup editor"
        words="Product photos, and where on them a design goes: drawn once, used for every design."
      >
        {may && <Import />}
      </PageHead>
      {may && <Begin />}
      {(sets.isError || drafts.isError) && <ProblemNote error={sets.error ?? drafts.error} />}
      <ul className={css.sets}>
        {fresh.map((draft) => (
          <SetCard key={draft.id} id={draft.id} name={draft.name} words="Not finished" draft />
        ))}
        {(sets.data ?? []).map((set) => (
          <SetCard
            key={set.id}
            id={set.id}
            name={set.name}
            words={`${set.pictures.length === 1 ? "1 photo" : `${set.pictures.length} photos`} · ${set.template ?? "any template"}`}
            draft={unfinished.has(set.id)}
          />
        ))}
      </ul>
    </>
  );
}

function Begin() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [template, setTemplate] = useState(ANY);
  const names = useTemplateNames();
  const begin = useMutation({
    meta: { quiet: true },
    mutationFn: () => beginSet(name.trim(), template === ANY ? null : template),
    onSuccess: (draft) => {
      queries.setQueryData(draftQuery(draft.id).queryKey, draft);
      void navigate(`/mockups/editor/${draft.id}`);
    },
  });
  return (
    <form
      className={`card ${css.begin}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) begin.mutate();
      }}
    >
      <span className={css.mark}>
        <PencilRuler size={24} strokeWidth={1.6} aria-hidden />
      </span>
      <TextInput
        className={css.field}
        label="New set"
        placeholder="White mug on oak"
        value={name}
        maxLength={100}
        onChange={(event) => setName(event.currentTarget.value)}
        error={begin.isError ? Problem.from(begin.error).message : undefined}
      />
      <Select
        className={css.field}
        label="For the template"
        data={[{ value: ANY, label: "Any template" }, ...names.map((one) => ({ value: one, label: one }))]}
        value={template}
        onChange={(value) => setTemplate(value ?? ANY)}
        searchable
      />
      <Button
        type="submit"
        leftSection={<Plus size={17} aria-hidden />}
        loading={begin.isPending}
        disabled={!name.trim()}
      >
        Begin
      </Button>
    </form>
  );
}

function Import() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const take = useMutation({
    mutationFn: importPack,
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: keys.sets });
      tell(done.changed ? `${done.set.name} is imported.` : `${done.set.name} was there already.`);
      void navigate(`/mockups/editor/${done.set.id}`);
    },
  });
  return (
    <FileButton accept=".zip,application/zip" onChange={(file) => file && take.mutate(file)}>
      {(button) => (
        <Button
          {...button}
          variant="default"
          leftSection={<PackageOpen size={17} aria-hidden />}
          loading={take.isPending}
        >
          Import a pack
        </Button>
      )}
    </FileButton>
  );
}

function SetCard({ id, name, words, draft }: { id: string; name: string; words: string; draft: boolean }) {
  const look = useQuery({
    queryKey: [...keys.sets, "look", id],
    queryFn: async ({ signal, client }) => {
      const whole = await client.fetchQuery({ ...draftQuery(id), staleTime: 0 });
      const doc = complete(whole.description);
      const [first] = doc.picture;
      if (!first) return null;
      const wanted = {
        picture: asPreviewed(doc, first),
        template: doc.template,
        longest_side: 520,
        editor: "",
        turn: 0,
      };
      try {
        return URL.createObjectURL(await preview(id, { ...wanted, design: "pattern" }, signal));
      } catch (error) {
        if (Problem.from(error).status !== 422) throw error;
        return URL.createObjectURL(await preview(id, { ...wanted, design: "none" }, signal));
      }
    },
    staleTime: 60_000,
  });
  return (
    <li className={`card ${css.set}`}>
      <span className={css.look}>{look.data && <img src={look.data} alt="" />}</span>
      <div className={css.text}>
        <Link to={`/mockups/editor/${id}`} className={css.link}>
          {name}
        </Link>
        <p className="muted">{words}</p>
      </div>
      {draft ? <Chip tone="warn">Draft</Chip> : <ArrowRight size={17} className="muted" aria-hidden />}
    </li>
  );
}
