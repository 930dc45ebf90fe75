import { Button, Group, Modal, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Link, useBlocker, useNavigate, useParams, useSearchParams } from "react-router";
import { etsyQuery, listingTemplateQuery } from "~/api/listings";
import { keys } from "~/api/queries";
import type { ListingTemplateOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { saveTemplate } from "./calls";
import css from "./Listings.module.css";
import { TemplateForm } from "./TemplateForm";
import { Trademark } from "./Trademark";
import { NEW, type Values, valuesOf } from "./values";

/** One listing template: all that its drafts say. */
export function TemplatePage() {
  const { template = "new" } = useParams();
  const [params] = useSearchParams();
  const like = params.get("like");
  const id = template === "new" ? like : template;
  const found = useQuery({ ...listingTemplateQuery(Number(id)), enabled: id !== null });
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (id !== null && found.isPending) return <Skeleton height={520} radius="lg" />;
  return <Form key={template} template={template === "new" ? null : (found.data ?? null)} like={found.data ?? null} />;
}

function Form({ template, like }: { template: ListingTemplateOut | null; like: ListingTemplateOut | null }) {
  const may = useMay("write");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const etsy = useQuery(etsyQuery).data;
  const kept = useMemo(() => startOf(template, like), [template, like]);
  const [values, setValues] = useState<Values>(kept);
  const dirty = JSON.stringify(values) !== JSON.stringify(kept);
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: () => saveTemplate(template?.id ?? null, values),
    onSuccess: (now) => {
      queries.setQueryData(listingTemplateQuery(now.id).queryKey, now);
      void queries.invalidateQueries({ queryKey: keys.listings });
      setValues(valuesOf(now));
      tell(`${now.name} is saved.`);
      if (template === null) void navigate(`/listings/templates/${now.id}`, { replace: true });
    },
  });
  const leaving = useStay(dirty && !save.isSuccess && !save.isPending);
  useFieldOfAddress();
  return (
    <>
      <Link to="/listings/templates" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> Listing templates
      </Link>
      <PageHead title={template?.name ?? "New listing template"}>
        {template && !dirty && (
          <Button
            component={Link}
            to={`/listings/new?template=${template.id}`}
            variant="light"
            rightSection={<ArrowRight size={16} aria-hidden />}
          >
            Plan drafts with it
          </Button>
        )}
      </PageHead>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <fieldset disabled={!may} className={css.plainSet}>
          <TemplateForm
            values={values}
            set={(change) => setValues((before) => ({ ...before, ...change }))}
            connected={etsy?.connected ?? false}
            currency={etsy?.shop?.currency ?? ""}
          />
        </fieldset>
        {save.isError && (
          <div className={css.saveError}>
            <ProblemNote error={save.error} />
          </div>
        )}
        {may && (dirty || template === null) && (
          <div className={css.saveBar}>
            <span>{dirty ? "Not saved yet" : "A new listing template"}</span>
            <Button variant="default" disabled={!dirty} onClick={() => setValues(kept)}>
              Discard
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
          </div>
        )}
      </form>
      <Modal opened={leaving !== null} onClose={() => leaving?.stay()} title="Leave without saving?">
        <Group justify="flex-end">
          <Button variant="default" onClick={() => leaving?.stay()}>
            Stay
          </Button>
          <Button color="red" onClick={() => leaving?.go()}>
            Leave
          </Button>
        </Group>
      </Modal>
      <Trademark />
    </>
  );
}

function startOf(template: ListingTemplateOut | null, like: ListingTemplateOut | null): Values {
  if (template) return valuesOf(template);
  if (like) return { ...valuesOf(like), name: "" };
  return NEW;
}

/** Asks before work is lost; not null while the question is open. */
function useStay(dirty: boolean): { stay: () => void; go: () => void } | null {
  const blocker = useBlocker(dirty);
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
  return blocker.state === "blocked" ? { stay: blocker.reset, go: blocker.proceed } : null;
}

/** A problem's link leads to the field that mends it. */
function useFieldOfAddress(): void {
  useEffect(() => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!/^[a-z_]+$/.test(id)) return;
    const field = document.getElementById(id);
    const input = field?.matches("input, textarea") ? field : field?.querySelector("input, textarea");
    field?.scrollIntoView({ block: "center" });
    (input as HTMLElement | null | undefined)?.focus({ preventScroll: true });
  }, []);
}
