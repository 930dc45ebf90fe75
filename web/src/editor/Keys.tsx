import { Modal } from "@mantine/core";
import css from "./Keys.module.css";

const HELP: [string, string][] = [
  ["V Q P M C", "Select, flat, cut-out, cloth, cup"],
  ["N, ⇧N", "Next and previous point"],
  ["Arrows", "Move by 1 px; with ⇧ by 10"],
  ["⇧ while dragging", "Keep to 45°"],
  ["Alt while dragging", "Do not snap"],
  ["Space and drag", "Move the view"],
  ["+ − 0 1", "Zoom in, out, fit, 100 %"],
  ["B, H", "Bare photo, handles"],
  ["Ctrl Z, Ctrl ⇧ Z", "Undo, redo"],
  ["Ctrl D, Del", "Duplicate, delete"],
  ["Ctrl S", "Save"],
  ["Esc", "Leave the tool, the point, the area"],
];

/** Which keys do what. */
export function Keys({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard" size="sm">
      <dl className={css.keys}>
        {HELP.map(([keys, words]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
