import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useParams } from "react-router";
import { uploadQuery } from "~/api/queries";
import type { FileOut, UploadOut } from "~/api/schema";
import { PageHead } from "~/ui/PageHead";
import { ProblemNote } from "~/ui/ProblemNote";
import { ago, many } from "~/ui/words";
import type { Answer, Batch, Item } from "~/upload/types";
import { totalsOf } from "~/upload/types";
import { outcomes } from "./BatchCard";
import { FileRow } from "./FileRow";
import { OutcomeBar } from "./OutcomeBar";
import css from "./Upload.module.css";
import { useUploadDesigns } from "./useUploadDesigns";

/** What became of each file of an earlier upload. */
export function PastUploadPage() {
  const { upload = "" } = useParams();
  const found = useQuery(uploadQuery(upload));
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={320} radius="lg" />;
  return <PastUpload upload={found.data} />;
}

function PastUpload({ upload }: { upload: UploadOut }) {
  const [most, setMost] = useState(500);
  const batch = batchOf(upload);
  const totals = totalsOf(batch);
  const designs = useUploadDesigns(upload.id, upload.stored > 0, true);
  return (
    <>
      <PageHead
        title={`Upload for ${upload.template}`}
        words={`${ago(upload.started_at)}${upload.created_by ? ` by ${upload.created_by}` : ""} · ${many(upload.count, "file")} · ${outcomes(totals)}`}
      />
      <section className={`card ${css.batch}`} aria-label="Files" style={{ paddingTop: 20 }}>
        <OutcomeBar batch={batch} totals={totals} />
        <ul className={css.rows}>
          {batch.items.slice(0, most).map((item) => (
            <FileRow
              key={item.key}
              batch={batch}
              item={item}
              state={item.state}
              sent={item.sent}
              paused={false}
              design={item.answer?.design ? designs.get(item.answer.design) : undefined}
            />
          ))}
        </ul>
        {batch.items.length > most && (
          <button type="button" className={css.rest} onClick={() => setMost(most + 500)}>
            Show more
          </button>
        )}
      </section>
    </>
  );
}

function batchOf(upload: UploadOut): Batch {
  return {
    key: upload.id,
    template: upload.template,
    id: upload.id,
    state: upload.state === "receiving" ? "absent" : upload.state,
    paused: false,
    less: false,
    items: (upload.files ?? []).map(itemOf),
    startedAt: Date.parse(upload.started_at),
    speed: null,
    left: null,
  };
}

function itemOf(file: FileOut): Item {
  const answer = file.answer as unknown as Answer | null;
  return {
    key: String(file.position),
    name: file.name,
    size: file.size ?? 0,
    file: null,
    state: answer ? answer.outcome : file.state === "received" ? "sent" : "absent",
    sent: file.received,
    position: file.position,
    answer: answer ?? undefined,
  };
}
