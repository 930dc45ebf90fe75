import { Button, Group, Modal, SegmentedControl, Slider } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { Eraser, Undo2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import css from "./MaskPainter.module.css";
import { type Brush, type Place, Veil } from "./veil";

interface Props {
  title: string;
  /** The photo that is painted over. */
  photo: HTMLImageElement;
  /** The mask that is gone on with; none: begun anew. */
  mask: string | null;
  /** What black and white do, as the two brushes are called. */
  words: { black: string; white: string };
  /** Whether all is black before anything is painted. */
  dark?: boolean;
  close: () => void;
  done: (mask: File) => void;
}

/** A mask painted over its photo: what is red is black in it. */
export function MaskPainter({ title, photo, mask, words, dark = false, close, done }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const veil = useRef<Veil | null>(null);
  const last = useRef<Place | null>(null);
  const [black, setBlack] = useState(!dark);
  const [size, setSize] = useState(60);
  const [soft, setSoft] = useState(30);
  const [steps, setSteps] = useState(0);
  const [busy, setBusy] = useState(false);

  const begin = (element: HTMLCanvasElement | null) => {
    canvas.current = element;
    if (!element || veil.current) return;
    veil.current = new Veil(element, photo, dark);
    if (mask) void veil.current.load(mask);
  };
  useEffect(() => () => veil.current?.forget(), []);
  useHotkeys([
    ["[", () => setSize((now) => Math.max(4, now - 8))],
    ["]", () => setSize((now) => Math.min(300, now + 8))],
    ["mod+z", () => undo()],
  ]);
  const undo = () => setSteps(veil.current?.undo() ?? 0);
  const placeOf = (event: React.PointerEvent<HTMLCanvasElement>): Place => {
    const box = event.currentTarget.getBoundingClientRect();
    const scale = event.currentTarget.width / box.width;
    return { x: (event.clientX - box.left) * scale, y: (event.clientY - box.top) * scale };
  };
  const brush = (element: HTMLCanvasElement): Brush => ({
    black,
    radius: (size / 2) * (element.width / element.getBoundingClientRect().width),
    soft: soft / 100,
  });
  return (
    <Modal opened onClose={close} title={title} size="xl" classNames={{ body: css.body }}>
      <div className={css.tools}>
        <SegmentedControl
          size="xs"
          aria-label="What the brush does"
          value={black ? "black" : "white"}
          onChange={(value) => setBlack(value === "black")}
          data={[
            { value: "black", label: words.black },
            { value: "white", label: words.white },
          ]}
        />
        <div className={css.amount}>
          <span>Size</span>
          <Slider
            value={size}
            onChange={setSize}
            min={4}
            max={300}
            size="sm"
            label={null}
            thumbLabel="Size of the brush"
          />
        </div>
        <div className={css.amount}>
          <span>Soft edge</span>
          <Slider value={soft} onChange={setSoft} size="sm" label={null} thumbLabel="Soft edge of the brush" />
        </div>
      </div>
      <div className={css.stage}>
        <img src={photo.src} alt="" className={css.photo} draggable={false} />
        <canvas
          ref={begin}
          className={css.veil}
          aria-label="The photo: paint over it"
          onPointerDown={(event) => {
            if (event.button !== 0 || last.current) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            setSteps(veil.current?.mark() ?? 0);
            last.current = placeOf(event);
            veil.current?.stroke(last.current, last.current, brush(event.currentTarget));
          }}
          onPointerMove={(event) => {
            if (!last.current) return;
            const next = placeOf(event);
            veil.current?.stroke(last.current, next, brush(event.currentTarget));
            last.current = next;
          }}
          onPointerUp={() => {
            last.current = null;
          }}
          onPointerCancel={() => {
            last.current = null;
          }}
        />
      </div>
      <Group justify="space-between" mt="md">
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            leftSection={<Undo2 size={15} aria-hidden />}
            disabled={steps === 0}
            onClick={undo}
          >
            Undo
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<Eraser size={15} aria-hidden />}
            onClick={() => {
              veil.current?.mark();
              veil.current?.clear();
              setSteps((now) => now + 1);
            }}
          >
            Begin anew
          </Button>
        </Group>
        <Group gap="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            loading={busy}
            onClick={async () => {
              if (!veil.current) return;
              setBusy(true);
              done(await veil.current.file());
            }}
          >
            Use it
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}
