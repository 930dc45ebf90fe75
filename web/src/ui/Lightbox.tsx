import { ActionIcon, Button, Modal } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { ChevronLeft, ChevronRight, Download } from "lucide-react";
import { Link } from "react-router";
import type { MockupOut } from "~/api/schema";
import { Art } from "./Art";
import { wordsOf } from "./Gallery";
import css from "./Lightbox.module.css";
import { bytes } from "./words";

interface Props {
  mockups: MockupOut[];
  at: number | null;
  show: (at: number | null) => void;
}

/** One mockup large; arrows lead to the others. */
export function Lightbox({ mockups, at, show }: Props) {
  const one = at === null ? undefined : mockups[at];
  const go = (step: number) => {
    if (at !== null) show((at + step + mockups.length) % mockups.length);
  };
  useHotkeys([
    ["ArrowLeft", () => go(-1)],
    ["ArrowRight", () => go(1)],
  ]);
  return (
    <Modal
      opened={one !== undefined}
      onClose={() => show(null)}
      size="auto"
      title={one ? wordsOf(one) : ""}
      classNames={{ content: css.content }}
    >
      {one && (
        <>
          <div className={css.stage}>
            <Art
              src={one.url}
              alt={wordsOf(one)}
              ratio={one.width / one.height}
              ground="none"
              eager
              className={css.picture}
            />
            {mockups.length > 1 && (
              <>
                <ActionIcon
                  className={css.before}
                  variant="default"
                  radius="xl"
                  size="lg"
                  aria-label="The one before"
                  onClick={() => go(-1)}
                >
                  <ChevronLeft size={20} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  className={css.after}
                  variant="default"
                  radius="xl"
                  size="lg"
                  aria-label="The next one"
                  onClick={() => go(1)}
                >
                  <ChevronRight size={20} aria-hidden />
                </ActionIcon>
              </>
            )}
          </div>
          <div className={css.foot}>
            <span className="muted number">
              {one.name} · {one.width} × {one.height} px · {bytes(one.bytes)}
            </span>
            <span className={css.actions}>
              <Button
                component={Link}
                to={`/designs/${one.design}`}
                variant="default"
                size="xs"
                onClick={() => show(null)}
              >
                The design
              </Button>
              <Button
                component="a"
                href={one.url}
                download={one.name}
                size="xs"
                leftSection={<Download size={15} aria-hidden />}
              >
                Download
              </Button>
            </span>
          </div>
        </>
      )}
    </Modal>
  );
}
