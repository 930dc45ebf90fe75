import { SegmentedControl, Slider } from "@mantine/core";
import { useState } from "react";
import css from "./Duplicates.module.css";
import type { Overlay } from "./overlay";

/** Both pictures in one frame, each part on its like, and a seam that can be moved. */
export function Over({ overlay }: { overlay: Overlay }) {
  const [at, setAt] = useState(50);
  return (
    <div className={css.single}>
      <div className={`checker ${css.frame}`} style={frameOf(overlay)} data-testid="overlay">
        <img
          className={css.layer}
          src={overlay.matched}
          alt="What the shop has"
          style={{ clipPath: `inset(0 0 0 ${at}%)` }}
        />
        <div className={css.upper} style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}>
          <img
            className={css.layer}
            src={overlay.newcomer}
            alt="The newcomer"
            style={{ transform: overlay.transform }}
          />
        </div>
        <span className={css.seam} style={{ left: `${at}%` }} aria-hidden />
        <span className={css.nameLeft}>Newcomer</span>
        <span className={css.nameRight}>In the shop</span>
      </div>
      <Slider value={at} onChange={setAt} label={null} thumbLabel="How much of the newcomer is shown" mt="md" />
    </div>
  );
}

/** What is black is the same in both; what shines differs. */
export function Difference({ overlay }: { overlay: Overlay }) {
  const [gain, setGain] = useState(3);
  const [ground, setGround] = useState("white");
  return (
    <div className={css.single}>
      <div
        className={`${css.frame} ${css.difference}`}
        style={{ ...frameOf(overlay), filter: `brightness(${gain})` }}
        data-ground={ground}
        data-testid="difference"
      >
        <div className={css.ground}>
          <img className={css.layer} src={overlay.matched} alt="Black is the same in both, what shines differs" />
        </div>
        <div className={`${css.ground} ${css.minus}`}>
          <img className={css.layer} src={overlay.newcomer} alt="" style={{ transform: overlay.transform }} />
        </div>
      </div>
      <div className={css.gain}>
        <span className="muted">Black is the same in both; what shines differs.</span>
        <SegmentedControl
          size="xs"
          value={ground}
          onChange={setGround}
          aria-label="What both lie on"
          data={[
            { value: "white", label: "On white" },
            { value: "black", label: "On black" },
          ]}
        />
        <Slider
          value={gain}
          onChange={setGain}
          min={1}
          max={12}
          label={(value) => `${value} × brighter`}
          thumbLabel="How much brighter differences are shown"
        />
      </div>
    </div>
  );
}

/** As large as there is room, in the ratio of the stored picture. */
function frameOf({ ratio }: Overlay) {
  return { aspectRatio: ratio, maxWidth: `calc(64vh * ${ratio.toFixed(4)})` };
}
