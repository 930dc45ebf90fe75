import { Check } from "lucide-react";
import type { ReactNode } from "react";
import css from "./Front.module.css";

/** What people see before they are signed in: what printdock is, beside the form they came for. */
export function Front({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  return (
    <div className={css.page}>
      <div className={css.side}>
        <Sheet />
        <div className={css.brand}>
          <img src="/icon.svg" alt="" width={32} height={32} />
          printdock
        </div>
        <div>
          <p className={css.claim}>Designs in, print-ready files on the NAS.</p>
          <ul className={css.points}>
            <Point>Trimmed and sized for each product you sell</Point>
            <Point>The same art is never stored twice</Point>
            <Point>Shown on your products, as pictures for your listings</Point>
          </ul>
        </div>
        <span />
      </div>
      <main className={css.form}>
        <div className={css.inner}>
          <h1>{title}</h1>
          <p className={css.lead}>{lead}</p>
          {children}
        </div>
      </main>
    </div>
  );
}

function Point({ children }: { children: ReactNode }) {
  return (
    <li>
      <Check size={17} aria-hidden />
      {children}
    </li>
  );
}

/** A sheet of prints, laid out to scale: wraps, decals, transfers. */
function Sheet() {
  const prints: [number, number, number, number][] = [
    [20, 30, 300, 136],
    [340, 30, 128, 128],
    [20, 186, 128, 128],
    [168, 186, 300, 136],
    [20, 342, 190, 230],
    [230, 342, 238, 110],
    [230, 472, 110, 110],
    [358, 472, 110, 110],
    [20, 602, 300, 136],
    [340, 602, 128, 128],
  ];
  return (
    <svg className={css.sheet} viewBox="0 0 488 760" preserveAspectRatio="xMidYMid slice" aria-hidden>
      <title>A sheet of prints</title>
      {prints.map(([x, y, width, height]) => (
        <g key={`${x} ${y}`} fill="none" stroke="#74c5b9">
          <rect x={x} y={y} width={width} height={height} rx={10} strokeWidth={1.5} />
          <path d={`M${x - 8} ${y + 10}v-18h18`} strokeWidth={1} />
          <ellipse cx={x + width / 2} cy={y + height / 2} rx={width / 3.2} ry={height / 3.2} strokeDasharray="3 5" />
        </g>
      ))}
    </svg>
  );
}
