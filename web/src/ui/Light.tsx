import { Tooltip } from "@mantine/core";
import css from "./Light.module.css";

/** What preflight measured of a print file. */
export interface Preflight {
  effective_dpi?: number;
  light?: string;
  upscale?: number;
  findings?: { code: string; message: string }[];
}

const LIGHTS: Record<string, { label: string; tone: string; meaning: string }> = {
  excellent: { label: "Sharp", tone: "ok", meaning: "300 DPI or more at print size: sharp." },
  good: { label: "Good", tone: "ok", meaning: "250 to 300 DPI at print size: good." },
  fair: { label: "Fair", tone: "warn", meaning: "200 to 250 DPI at print size: fine from an arm's length." },
  poor: { label: "Soft", tone: "bad", meaning: "Under 200 DPI at print size: it will look soft." },
  unusable: { label: "Blurred", tone: "bad", meaning: "Under 72 DPI at print size: do not print this." },
};

/** How sharp a print will be, as a light with its word: never by colour alone. */
export function Light({ preflight, compact = false }: { preflight: unknown; compact?: boolean }) {
  const told = preflight as Preflight | null;
  const light = told?.light ? LIGHTS[told.light] : undefined;
  if (!light || !told) return null;
  const dpi = told.effective_dpi ? `${Math.round(told.effective_dpi)} DPI` : "";
  return (
    <Tooltip label={light.meaning} multiline maw={260}>
      <span className={css.light} data-tone={light.tone}>
        <span className={css.dot} aria-hidden />
        {light.label}
        {!compact && dpi && <span className={`${css.dpi} number`}>{dpi}</span>}
      </span>
    </Tooltip>
  );
}
