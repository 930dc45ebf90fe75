import { Button, Select, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, FileSpreadsheet, Link2, Plus } from "lucide-react";
import { Link, useSearchParams } from "react-router";
import { etsyQuery, listingTemplatesQuery } from "~/api/listings";
import { templatesQuery } from "~/api/queries";
import type { DesignOut, ListingTemplateOut } from "~/api/schema";
import { selection, useSelection } from "~/pages/designs/selection";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { ChosenDesigns } from "./ChosenDesigns";
import css from "./Listings.module.css";
import { Plan } from "./Plan";
import { Trademark } from "./Trademark";

/** Designs and a listing template become a plan, and the plan becomes drafts. */
export function NewPage() {
  return (
    <>
      <Link to="/listings" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> Listings
      </Link>
      <PageHead
        title="Make drafts"
        words="Nothing is sent until you say so. Drafts are not published, and cost nothing."
      />
      <Ready />
      <Trademark />
    </>
  );
}

function Ready() {
  const etsy = useQuery(etsyQuery);
  const found = useQuery(listingTemplatesQuery);
  if (etsy.isError) return <ProblemNote error={etsy.error} again={() => void etsy.refetch()} />;
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (etsy.isPending || found.isPending) return <Skeleton height={420} radius="lg" />;
  if (!etsy.data.connected) {
    return (
      <EmptyState
        icon={Link2}
        title={etsy.data.shop ? "The connection to Etsy has ended" : "Connect your shop at Etsy first"}
        words="Then a plan shows what each draft would say, and what Etsy would refuse, before anything is sent."
      >
        <Button component={Link} to="/settings/etsy">
          {etsy.data.shop ? "Connect again" : "Connect Etsy"}
        </Button>
      </EmptyState>
    );
  }
  if (found.data.length === 0) {
    return (
      <EmptyState
        icon={FileSpreadsheet}
        title="There is no listing template yet"
        words="It says once what the drafts of a product are to say: title, description, tags, price, profiles."
      >
        <Button component={Link} to="/listings/templates/new">
          Make the first
        </Button>
        <Button component={Link} to="/listings/templates" variant="default">
          Import a spreadsheet
        </Button>
      </EmptyState>
    );
  }
  return <Choose templates={found.data} shop={etsy.data.shop?.name ?? ""} />;
}

function Choose({ templates, shop }: { templates: ListingTemplateOut[]; shop: string }) {
  const [params, setParams] = useSearchParams();
  const picked = [...useSelection().values()];
  const products = useQuery(templatesQuery).data;
  const asked = templates.find((one) => String(one.id) === params.get("template"));
  const template = asked ?? guess(templates, picked);
  const product = template.product || template.name;
  const fitting = picked.filter((design) => design.print_files.some((file) => file.template === product));
  const known = products === undefined || products.some((one) => one.name === product);
  return (
    <>
      <div className={css.choose}>
        <section className="card" aria-labelledby="which">
          <h2 id="which">Designs</h2>
          <ChosenDesigns picked={picked} fitting={fitting} product={product} all={() => selection.clear()} />
        </section>
        <section className="card" aria-labelledby="how">
          <h2 id="how">Listing template</h2>
          <Select
            aria-label="Listing template"
            data={templates.map((one) => ({ value: String(one.id), label: one.name }))}
            value={String(template.id)}
            onChange={(id) => setParams(id ? { template: id } : {}, { replace: true })}
          />
          <p className={css.links}>
            <Link to={`/listings/templates/${template.id}`}>Edit it</Link>
            <Link to="/listings/templates/new">
              <Plus size={14} aria-hidden /> New
            </Link>
          </p>
        </section>
      </div>
      {!known ? (
        <ProblemNote error={new Error(`The shop has no product ${product}. Choose another one in the template.`)} />
      ) : picked.length > 0 && fitting.length === 0 ? (
        <p className="muted">None of the designs you picked has a print file for {product}.</p>
      ) : (
        <Plan
          key={template.id}
          template={template}
          designs={picked.length > 0 ? fitting.map((one) => one.id) : null}
          shop={shop}
        />
      )}
    </>
  );
}

/** The first whose product the picked designs are printed for. */
function guess(templates: ListingTemplateOut[], picked: DesignOut[]): ListingTemplateOut {
  const products = new Set(picked.flatMap((design) => design.print_files.map((file) => file.template)));
  const found = templates.find((one) => products.has(one.product || one.name)) ?? templates[0];
  if (!found) throw new Error("there is a template");
  return found;
}
