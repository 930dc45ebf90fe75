import { ActionIcon, Button, FileButton, Group, Menu, Modal, Skeleton } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, Copy, Download, Ellipsis, FileSpreadsheet, Plus, Trash2, Upload } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api } from "~/api/client";
import { etsyQuery, listingTemplatesQuery } from "~/api/listings";
import { keys } from "~/api/queries";
import type { ListingTemplateOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { EmptyState } from "~/ui/EmptyState";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { many } from "~/ui/words";
import { importTemplates } from "./calls";
import css from "./Listings.module.css";
import { priceIn } from "./money";
import { Trademark } from "./Trademark";

/** What the drafts of each product say: seen, made, taken from a spreadsheet and put into one. */
export function TemplatesPage() {
  const may = useMay("write");
  const found = useQuery(listingTemplatesQuery);
  return (
    <>
      <Link to="/listings" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> Listings
      </Link>
      <PageHead
        title="Listing templates"
        words="What the drafts of a product say, with placeholders for each design. One for each product you sell."
      >
        {found.data && found.data.length > 0 && (
          <Button
            component="a"
            href="/api/v1/listing-templates/export.csv"
            download
            variant="default"
            leftSection={<Download size={16} aria-hidden />}
          >
            Export CSV
          </Button>
        )}
        {may && <Import />}
        {may && (
          <Button component={Link} to="/listings/templates/new" leftSection={<Plus size={17} aria-hidden />}>
            New listing template
          </Button>
        )}
      </PageHead>
      <List found={found} may={may} />
      <Trademark />
    </>
  );
}

function List({ found, may }: { found: ReturnType<typeof useTemplates>; may: boolean }) {
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={380} radius="lg" />;
  if (found.data.length === 0) {
    return (
      <EmptyState
        icon={FileSpreadsheet}
        title="No listing templates yet"
        words="Say once what the drafts of a product are to say, here or in a spreadsheet: title, description, tags, price, profiles."
      >
        {may && (
          <Button component={Link} to="/listings/templates/new">
            Make the first
          </Button>
        )}
      </EmptyState>
    );
  }
  return (
    <ul className={css.templates} aria-label="Listing templates">
      {found.data.map((one) => (
        <Entry key={one.id} one={one} may={may} />
      ))}
    </ul>
  );
}

function useTemplates() {
  return useQuery(listingTemplatesQuery);
}

function Entry({ one, may }: { one: ListingTemplateOut; may: boolean }) {
  const currency = useQuery(etsyQuery).data?.shop?.currency ?? "";
  const [asking, setAsking] = useState(false);
  const navigate = useNavigate();
  return (
    <li className={`card ${css.template}`}>
      <div className={css.templateHead}>
        <h2>
          <Link to={`/listings/templates/${one.id}`}>{one.name}</Link>
        </h2>
        {may && (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={`More about ${one.name}`}>
                <Ellipsis size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<Copy size={16} aria-hidden />}
                onClick={() => void navigate(`/listings/templates/new?like=${one.id}`)}
              >
                Copy
              </Menu.Item>
              <Menu.Item
                color="red"
                disabled={one.drafts > 0}
                leftSection={<Trash2 size={16} aria-hidden />}
                onClick={() => setAsking(true)}
              >
                {one.drafts > 0 ? "Drafts were made from it: it stays" : "Remove"}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <p className={css.pattern}>{one.title || "No title"}</p>
      <p className="muted number">
        {one.product || one.name} · {priceIn(one.price, currency)} · {many(one.tags?.length ?? 0, "tag")}
        {one.drafts > 0 && ` · ${many(one.drafts, "draft")}`}
      </p>
      <Button component={Link} to={`/listings/new?template=${one.id}`} variant="light" size="xs" mt={6}>
        Make drafts
      </Button>
      {asking && <Remove one={one} close={() => setAsking(false)} />}
    </li>
  );
}

function Remove({ one, close }: { one: ListingTemplateOut; close: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      api.DELETE("/api/v1/listing-templates/{listing_template}", { params: { path: { listing_template: one.id } } }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.listings });
      tell(`${one.name} is removed.`);
      close();
    },
  });
  return (
    <Modal opened onClose={close} title={`Remove ${one.name}?`}>
      <p className={css.flush}>No draft was made from it.</p>
      {remove.isError && <ProblemNote error={remove.error} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </Group>
    </Modal>
  );
}

function Import() {
  const queries = useQueryClient();
  const take = useMutation({
    mutationFn: (file: File) => importTemplates(file),
    onSuccess: (done) => {
      void queries.invalidateQueries({ queryKey: keys.listings });
      tell(`${many(done, "listing template")} taken in.`);
    },
  });
  return (
    <FileButton onChange={(file) => file && take.mutate(file)} accept=".csv,.json,text/csv,application/json">
      {(props) => (
        <Button {...props} variant="default" loading={take.isPending} leftSection={<Upload size={16} aria-hidden />}>
          Import CSV
        </Button>
      )}
    </FileButton>
  );
}
