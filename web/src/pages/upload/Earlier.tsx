import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { uploadsQuery } from "~/api/queries";
import type { UploadOut } from "~/api/schema";
import { ago, many, moment } from "~/ui/words";
import { uploads, useUploads } from "~/upload/engine";
import { outcomes } from "./BatchCard";
import css from "./Upload.module.css";

/** Uploads before: those that were not finished can go on here. */
export function Earlier() {
  const found = useInfiniteQuery(uploadsQuery);
  const here = new Set(useUploads().map((batch) => batch.id));
  const all = found.data?.pages.flatMap((page) => page.items).filter((one) => !here.has(one.id)) ?? [];
  if (all.length === 0) return null;
  return (
    <section className={css.earlier} aria-labelledby="earlier">
      <h2 id="earlier">Earlier uploads</h2>
      <ul className="card">
        {all.map((one) => (
          <EarlierRow key={one.id} upload={one} />
        ))}
      </ul>
      {found.hasNextPage && (
        <Button variant="subtle" onClick={() => void found.fetchNextPage()} loading={found.isFetchingNextPage}>
          Show more
        </Button>
      )}
    </section>
  );
}

function EarlierRow({ upload }: { upload: UploadOut }) {
  const adopt = useMutation({ mutationFn: () => uploads.adopt(upload.id) });
  const open = upload.state === "receiving";
  const words = {
    receiving: "Not finished",
    queued: "Waits to be taken in",
    processing: "Being taken in",
    finished: outcomes({ stored: upload.stored, duplicate: upload.duplicates, failed: upload.failed }),
    cancelled: `Cancelled · ${outcomes({ stored: upload.stored, duplicate: upload.duplicates, failed: upload.failed })}`,
    expired: "Given up after a long silence",
  }[upload.state];
  return (
    <li className={css.earlierRow}>
      <Link to={`/uploads/${upload.id}`} className={css.earlierLink}>
        <strong>{upload.template}</strong>
        <span className="muted number">
          {many(upload.count, "file")} · {words}
        </span>
      </Link>
      <span className={`muted ${css.when}`} title={moment(upload.started_at)}>
        {ago(upload.started_at)}
        {upload.created_by ? ` · ${upload.created_by}` : ""}
      </span>
      {open ? (
        <Button size="compact-sm" variant="light" loading={adopt.isPending} onClick={() => adopt.mutate()}>
          Go on
        </Button>
      ) : (
        <ChevronRight size={17} aria-hidden className="muted" />
      )}
    </li>
  );
}
