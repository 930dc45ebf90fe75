import { Button, SegmentedControl, Skeleton } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowLeft, CopyCheck, Download, ExternalLink, Shirt, Trash2, Undo2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { designQuery } from "~/api/queries";
import type { DesignWhole, ListedOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { Art } from "~/ui/Art";
import { Gallery } from "~/ui/Gallery";
import { ProblemNote } from "~/ui/ProblemNote";
import { useTitle } from "~/ui/title";
import { useDownload } from "~/ui/useDownload";
import { ago, many, moment } from "~/ui/words";
import css from "./Design.module.css";
import { DesignName } from "./DesignName";
import { deleteDesigns, restoreDesigns } from "./deleting";
import { faceOf } from "./face";
import { PrintFiles } from "./PrintFiles";
import { selection } from "./selection";

/** One design with all that is known of it. */
export function DesignPage() {
  const { design = "" } = useParams();
  const found = useQuery(designQuery(design));
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) {
    return (
      <div className={css.top}>
        <Skeleton height={520} radius="lg" />
        <Skeleton height={300} radius="lg" />
      </div>
    );
  }
  return <Whole key={found.data.id} design={found.data} />;
}

const LISTED: Record<ListedOut["state"], string> = {
  planned: "to be made",
  sending: "being made",
  unknown: "sent, to be confirmed",
  made: "draft made, pictures to come",
  done: "draft at Etsy",
  refused: "refused by Etsy",
  ask: "needs your choice",
  gone: "gone at Etsy",
};

type Ground = "checker" | "light" | "dark";

function Whole({ design }: { design: DesignWhole }) {
  const navigate = useNavigate();
  const may = useMay("write");
  const [ground, setGround] = useState<Ground>("checker");
  const [at, setAt] = useState(() => bestOf(design));
  const file = design.print_files[at] ?? design.print_files[0];
  useTitle(design.name);
  const queries = useQueryClient();
  const waiting = design.matches.filter(
    (match) => match.decision === null && !match.newcomer?.deleted_at && !match.matched?.deleted_at,
  );
  return (
    <>
      <Link to="/designs" className={css.back}>
        <ArrowLeft size={16} aria-hidden /> Designs
      </Link>
      <div className={css.top}>
        <div className={css.stage}>
          <Art
            src={file?.url}
            small={file?.thumbnail}
            alt={`${design.name}, prepared for ${file?.template ?? "print"}`}
            ratio={file?.width && file.height ? Math.max(0.7, Math.min(2.4, file.width / file.height)) : 1}
            ground={ground}
            eager
            className={css.big}
          />
          <div className={css.grounds}>
            <SegmentedControl
              size="xs"
              value={ground}
              onChange={(value) => setGround(value as Ground)}
              aria-label="What the art lies on"
              data={[
                { value: "checker", label: "Checker" },
                { value: "light", label: "White" },
                { value: "dark", label: "Black" },
              ]}
            />
          </div>
        </div>
        <div className={css.facts}>
          <DesignName design={design} />
          {design.kept_until && (
            <div className={css.deleted} role="status">
              <span>
                Deleted {ago(design.deleted_at ?? design.kept_until)}. Its files are kept until{" "}
                {new Date(design.kept_until).toLocaleDateString()}, then they go.
              </span>
              {may && (
                <Button
                  size="sm"
                  leftSection={<Undo2 size={16} aria-hidden />}
                  onClick={() => void restoreDesigns([design], queries)}
                >
                  Bring back
                </Button>
              )}
            </div>
          )}
          <p className="muted" title={moment(design.created_at)}>
            Came {ago(design.created_at)}
          </p>
          <div className={css.actions}>
            {file?.url && (
              <Button
                component="a"
                href={file.url}
                download={file.name}
                leftSection={<Download size={17} aria-hidden />}
              >
                Download
              </Button>
            )}
            {may && !design.deleted_at && (
              <Button
                variant="default"
                leftSection={<Shirt size={17} aria-hidden />}
                onClick={() => {
                  selection.set([design]);
                  void navigate("/mockups/render");
                }}
              >
                Render mockups
              </Button>
            )}
            {may && !design.deleted_at && (
              <Button
                variant="default"
                leftSection={<Trash2 size={17} aria-hidden />}
                onClick={() => void deleteDesigns([design], queries)}
              >
                Delete
              </Button>
            )}
          </div>
          {waiting.length > 0 && (
            <Link to={`/duplicates?match=${waiting[0]?.id}`} className={css.waiting}>
              <CopyCheck size={18} aria-hidden />
              <span>{many(waiting.length, "comparison waits", "comparisons wait")} for your decision</span>
            </Link>
          )}
          <PrintFiles files={design.print_files} shown={at} show={setAt} />
          <p className={`muted ${css.numbers}`}>
            Numbers stay as they are: they are in file names on the NAS, in mockups, and in your buyers' orders. The
            name above is only yours.
          </p>
        </div>
      </div>
      <section className={css.section} aria-labelledby="mockups">
        <div className={css.sectionHead}>
          <h2 id="mockups">
            Mockups {design.mockups.length > 0 && <span className="muted number">{design.mockups.length}</span>}
          </h2>
          {design.mockups.length > 0 && <DownloadMockups design={design.id} />}
        </div>
        {design.mockups.length > 0 ? (
          <Gallery mockups={design.mockups} />
        ) : (
          <p className="muted">Not shown on any product yet.</p>
        )}
      </section>
      {design.listings.length > 0 && (
        <section className={css.section} aria-labelledby="listings">
          <h2 id="listings">Listings</h2>
          <ul className={css.listings}>
            {design.listings.map((one) => (
              <li key={one.id}>
                {one.url ? (
                  <a href={one.url} target="_blank" rel="noreferrer">
                    {one.template} · No. {one.number}
                    <ExternalLink size={14} aria-hidden />
                  </a>
                ) : (
                  <span>
                    {one.template} · No. {one.number}
                  </span>
                )}
                <span className="muted">{LISTED[one.state]}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className={css.section} aria-labelledby="history">
        <h2 id="history">History</h2>
        <ol className={css.history}>
          {design.history.map((one) => (
            <li key={one.at + one.words} data-kind={one.kind}>
              <span>{one.words}</span>
              <time dateTime={one.at} title={moment(one.at)} className="muted">
                {ago(one.at)}
              </time>
            </li>
          ))}
        </ol>
      </section>
    </>
  );
}

function DownloadMockups({ design }: { design: string }) {
  const download = useDownload();
  return (
    <Button
      size="xs"
      variant="default"
      leftSection={<Download size={15} aria-hidden />}
      loading={download.isPending}
      onClick={() => download.mutate({ what: "mockups", designs: [design] })}
    >
      Download all
    </Button>
  );
}

function bestOf(design: DesignWhole): number {
  const face = faceOf(design);
  return face ? design.print_files.indexOf(face) : 0;
}
