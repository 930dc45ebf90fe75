import {
  Coffee,
  Eye,
  EyeOff,
  Grid2x2Plus,
  Magnet,
  Maximize,
  Minus,
  MousePointer2,
  Pentagon,
  Plus,
  SquareDashed,
  Waves,
} from "lucide-react";
import { Command } from "./Command";
import css from "./Dock.module.css";
import { KINDS, type Kind } from "./model";
import type { useView } from "./view";

const ICONS = { quad: SquareDashed, polygon: Pentagon, mesh: Waves, cylinder: Coffee };

/** Shapes to draw, what is shown, and how large. */
export function Dock(props: {
  may: boolean;
  tool: Kind | null;
  onTool: (tool: Kind | null) => void;
  before: boolean;
  onBefore: () => void;
  handles: boolean;
  onHandles: () => void;
  snaps: boolean;
  onSnaps: () => void;
  view: ReturnType<typeof useView>;
}) {
  const { may, tool, onTool, before, onBefore, handles, onHandles, snaps, onSnaps, view } = props;
  return (
    <div className={css.dock} data-yields>
      <fieldset className={css.group}>
        <legend className="visually-hidden">Shapes</legend>
        <Command label="Select" keys="V" icon={MousePointer2} pressed={!tool} onClick={() => onTool(null)} />
        {may &&
          (Object.keys(KINDS) as Kind[]).map((kind) => (
            <Command
              key={kind}
              label={KINDS[kind].label}
              words={KINDS[kind].words}
              keys={KINDS[kind].key}
              icon={ICONS[kind]}
              pressed={tool === kind}
              onClick={() => onTool(tool === kind ? null : kind)}
              wide
            />
          ))}
      </fieldset>
      <fieldset className={css.group}>
        <legend className="visually-hidden">View</legend>
        <Command
          label={before ? "Show the mockup" : "Show the bare photo"}
          keys="B"
          icon={before ? EyeOff : Eye}
          pressed={before}
          onClick={onBefore}
        />
        <Command label="Handles" keys="H" icon={Grid2x2Plus} pressed={handles} onClick={onHandles} />
        <Command
          label="Snap"
          words="Points are drawn to edges, middles and other points; Alt suspends it"
          icon={Magnet}
          pressed={snaps}
          onClick={onSnaps}
        />
      </fieldset>
      <fieldset className={css.group}>
        <legend className="visually-hidden">Zoom</legend>
        <Command label="Zoom out" keys="−" icon={Minus} onClick={() => view.by(0.8)} />
        <button
          type="button"
          className={`${css.percent} number`}
          onClick={() => view.to(1)}
          aria-label={`Zoom: ${Math.round(view.view.scale * 100)} %; set it to 100 %`}
        >
          {Math.round(view.view.scale * 100)}%
        </button>
        <Command label="Zoom in" keys="+" icon={Plus} onClick={() => view.by(1.25)} />
        <Command label="Fit" keys="0" icon={Maximize} onClick={view.fit} />
      </fieldset>
    </div>
  );
}
