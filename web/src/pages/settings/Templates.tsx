import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Ruler } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { type Template, templatesQuery } from "~/api/queries";
import { useMay } from "~/app/me";
import { EmptyState } from "~/ui/EmptyState";
import { ProblemNote } from "~/ui/ProblemNote";
import { inches } from "~/ui/words";
import { PrintArea } from "./PrintArea";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

const TemplateForm = lazy(async () => ({ default: (await import("./TemplateForm")).TemplateForm }));

const FITS = {
  stretch: "stretched to fill",
  contain: "fitted inside",
  cover: "fills, cut at the edges",
  "longest-side": "longest side",
  width: "to the width",
  height: "to the height",
};

/** The products the shop sells. */
export function Templates() {
  const admin = useMay("admin");
  const found = useQuery(templatesQuery);
  const [editing, setEditing] = useState<Template | "new" | null>(null);
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={300} radius="lg" />;
  const largest = Math.max(12, ...found.data.map((one) => Math.max(one.recipe.width_in, one.recipe.height_in)));
  return (
    <>
      <SectionHead
        title="Templates"
        words="The products you sell, and how art becomes a print file for each. All drawn at the same scale."
      >
        {admin && (
          <Button leftSection={<Plus size={17} aria-hidden />} onClick={() => setEditing("new")}>
            New template
          </Button>
        )}
      </SectionHead>
      {found.data.length === 0 ? (
        <EmptyState
          icon={Ruler}
          title="No templates yet"
          words="A product that is ready to use becomes a template with the first upload for it. Or make your own: measure the blank first."
        />
      ) : (
        <ul className={css.templates}>
          {found.data.map((one) => (
            <li key={one.id} className={`card ${css.template}`}>
              <PrintArea recipe={one.recipe} largest={largest} side={148} />
              <div className={css.templateText}>
                <h3>{one.name}</h3>
                <p className="number">
                  {inches(one.recipe.width_in)} × {inches(one.recipe.height_in)} in at {one.recipe.dpi} DPI
                </p>
                <p className="muted number">
                  {Math.round(one.recipe.width_in * one.recipe.dpi)} ×{" "}
                  {Math.round(one.recipe.height_in * one.recipe.dpi)} px · {FITS[one.recipe.fit]}
                  {one.recipe.mirror ? " · mirrored" : ""}
                </p>
                <p className="muted number">Next: {nextName(one)}</p>
              </div>
              {admin && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={`Edit ${one.name}`}
                  onClick={() => setEditing(one)}
                >
                  <Pencil size={17} aria-hidden />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {editing && (
        <Suspense fallback={null}>
          <TemplateForm template={editing === "new" ? null : editing} close={() => setEditing(null)} />
        </Suspense>
      )}
    </>
  );
}

/** The file name that the next print file gets, by the template's pattern. */
export function nextName(one: Template): string {
  return one.pattern
    .replaceAll("{prefix}", one.prefix)
    .replaceAll("{template}", one.name)
    .replaceAll("{template_slug}", one.name.replaceAll(" ", "_"))
    .replaceAll(/\{number(?::0(\d+)d?)?\}/g, (_all, digits) =>
      String(one.next_number).padStart(Number(digits ?? 1), "0"),
    );
}
