import { Button, Skeleton } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleCheck, FolderCheck, HardDrive, Plug } from "lucide-react";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { libraryQuery, storageQuery } from "~/api/queries";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { Chip } from "~/ui/Chip";
import { ProblemNote } from "~/ui/ProblemNote";
import { ago } from "~/ui/words";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

/** The NAS or folder where print files are kept, and whether all is there. */
export function Storage() {
  const may = useMay("write");
  const storage = useQuery(storageQuery);
  const test = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/storage/test")),
  });
  if (storage.isError) return <ProblemNote error={storage.error} again={() => void storage.refetch()} />;
  if (storage.isPending) return <Skeleton height={240} radius="lg" />;
  const now = storage.data;
  return (
    <>
      <SectionHead
        title="Storage"
        words="Where print files are kept. It is chosen where the server runs, by PRINTDOCK_STORAGE."
      />
      <div className={`card ${css.panel}`}>
        <div className={css.line}>
          <HardDrive size={22} strokeWidth={1.7} aria-hidden />
          <div className={css.grow}>
            <strong className={css.address}>{now.address || "The shop's storage"}</strong>
            <p className="muted">
              {now.error ?? (now.since ? `since ${ago(now.since)}` : "")}
              {now.pool ? ` ${now.pool.in_use} of ${now.pool.limit} connections in use` : ""}
            </p>
          </div>
          {now.answers ? <Chip tone="ok">Answers</Chip> : <Chip tone="bad">Does not answer</Chip>}
        </div>
        {now.spooled > 0 && (
          <p className={css.warn}>
            {now.spooled} print files wait on the server for it to be back; they go by themselves.
          </p>
        )}
        {may && (
          <div className={css.test}>
            <Button
              variant="default"
              leftSection={<Plug size={16} aria-hidden />}
              loading={test.isPending}
              onClick={() => test.mutate()}
            >
              Test it
            </Button>
            {test.isSuccess ? (
              <span className={`${css.good} number`} role="status">
                <CircleCheck size={17} aria-hidden /> A megabyte written in {Math.round(test.data.write_ms)} ms, read
                back the same in {Math.round(test.data.read_ms)} ms, deleted in {Math.round(test.data.delete_ms)} ms.
              </span>
            ) : (
              <span className="muted">Writes a megabyte, reads it back, compares, deletes it.</span>
            )}
          </div>
        )}
        {test.isError && <ProblemNote error={test.error} />}
      </div>
      <Library may={may} />
    </>
  );
}

function Library({ may }: { may: boolean }) {
  const navigate = useNavigate();
  const library = useQuery(libraryQuery).data;
  const verify = useMutation({
    mutationFn: () => body(api.POST("/api/v1/library/verify", { body: { repair: false, deep: false } })),
    onSuccess: () => {
      tell("The library is being checked.");
      void navigate("/jobs");
    },
  });
  if (!library) return null;
  const counts = [
    { label: "stored", count: library.stored },
    { label: "on their way", count: library.storing },
    { label: "wait for the NAS", count: library.spooled },
    { label: "missing", count: library.missing },
    { label: "dropped", count: library.deleted },
  ];
  return (
    <>
      <h3 className={css.sub}>Library</h3>
      <div className={`card ${css.panel}`}>
        <dl className={css.counts}>
          {counts.map((one) => (
            <div key={one.label}>
              <dd className="number">{one.count.toLocaleString("en")}</dd>
              <dt>{one.label}</dt>
            </div>
          ))}
        </dl>
        {may && (
          <div className={css.test}>
            <Button
              variant="default"
              leftSection={<FolderCheck size={16} aria-hidden />}
              loading={verify.isPending}
              onClick={() => verify.mutate()}
            >
              Check the library
            </Button>
            <span className="muted">Does every print file have its file, and every file its print file?</span>
          </div>
        )}
      </div>
    </>
  );
}
