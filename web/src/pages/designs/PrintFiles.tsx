import { ActionIcon } from "@mantine/core";
import { Download } from "lucide-react";
import type { PrintFileOut } from "~/api/schema";
import { Chip } from "~/ui/Chip";
import { Light, type Preflight } from "~/ui/Light";
import { bytes, inches } from "~/ui/words";
import css from "./Design.module.css";

const STATES = {
  stored: null,
  spooled: { tone: "warn" as const, words: "Waits for the NAS" },
  missing: { tone: "bad" as const, words: "File missing: upload the design again" },
};

/** What is sent to the printer: one for each product the design was prepared for. */
export function PrintFiles({
  files,
  shown,
  show,
}: {
  files: PrintFileOut[];
  shown: number;
  show: (at: number) => void;
}) {
  return (
    <ul className={css.files} aria-label="Print files">
      {files.map((file, at) => (
        <li key={file.id} className={css.file} data-shown={at === shown && files.length > 1}>
          <button type="button" className={css.fileMain} onClick={() => show(at)} aria-pressed={at === shown}>
            <strong>{file.template}</strong>
            <span className={css.fileName}>{file.name}</span>
            <span className={`${css.measures} number`}>
              {sizes(file)}
              {file.bytes ? ` · ${bytes(file.bytes)}` : ""}
            </span>
          </button>
          <div className={css.fileSide}>
            <Light preflight={file.preflight} />
            {file.url && (
              <ActionIcon
                component="a"
                href={file.url}
                download={file.name}
                variant="subtle"
                color="gray"
                aria-label={`Download ${file.name}`}
              >
                <Download size={17} aria-hidden />
              </ActionIcon>
            )}
          </div>
          <Findings file={file} />
        </li>
      ))}
    </ul>
  );
}

function Findings({ file }: { file: PrintFileOut }) {
  const findings = (file.preflight as Preflight | null)?.findings ?? [];
  const state = STATES[file.state];
  if (findings.length === 0 && !state) return null;
  return (
    <div className={css.findings}>
      {state && <Chip tone={state.tone}>{state.words}</Chip>}
      {findings.map((one) => (
        <span key={one.code}>{one.message}</span>
      ))}
    </div>
  );
}

function sizes(file: PrintFileOut): string {
  if (!file.width || !file.height) return "";
  const pixels = `${file.width} × ${file.height} px`;
  if (!file.dpi) return pixels;
  return `${inches(file.width / file.dpi)} × ${inches(file.height / file.dpi)} in · ${pixels} · ${file.dpi} DPI`;
}
