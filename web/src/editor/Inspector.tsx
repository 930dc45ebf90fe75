import { ActionIcon, Tabs } from "@mantine/core";
import { ChevronDown, CircleAlert, Frame, Image, Layers, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { AreaPanel } from "./AreaPanel";
import css from "./Inspector.module.css";
import { KINDS } from "./model";
import { PhotoPanel } from "./PhotoPanel";
import { problemsAt } from "./problems";
import { SetPanel } from "./SetPanel";
import type { EditorOf } from "./useEditor";

/** What is chosen, in numbers: beside the canvas, or below it as a sheet on a phone. */
export function Inspector({ editor }: { editor: EditorOf }) {
  const { picture, area, at, select, problems } = editor;
  const [tab, setTab] = useState<string | null>("area");
  const [open, setOpen] = useState(false);
  const count = (...place: (string | number)[]) =>
    problemsAt(problems, ...place).filter((one) => one.level === "error").length;
  const inPhoto = picture
    ? problemsAt(problems, "picture", at.picture).filter((one) => one.level === "error" && one.place[2] !== "area")
        .length
    : 0;
  const choose = (value: string | null) => {
    // On a phone a tab opens the sheet, and closes it when it is open there.
    setOpen((was) => (value === tab ? !was : true));
    setTab(value);
  };
  return (
    <aside className={css.inspector} data-open={open} aria-label="Settings">
      <Tabs value={tab} onChange={setTab} className={css.tabs} variant="default" keepMounted={false}>
        <div className={css.tabRow}>
          <Tabs.List grow className={css.grow}>
            <Tabs.Tab value="area" leftSection={<Frame size={15} aria-hidden />} onClick={() => choose("area")}>
              Area <Count value={picture ? count("picture", at.picture, "area") : 0} />
            </Tabs.Tab>
            <Tabs.Tab value="photo" leftSection={<Image size={15} aria-hidden />} onClick={() => choose("photo")}>
              Photo <Count value={inPhoto} />
            </Tabs.Tab>
            <Tabs.Tab value="set" leftSection={<Layers size={15} aria-hidden />} onClick={() => choose("set")}>
              Set
            </Tabs.Tab>
          </Tabs.List>
          <ActionIcon
            className={css.close}
            variant="subtle"
            color="gray"
            aria-label={open ? "Close the settings" : "Open the settings"}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <ChevronDown size={18} aria-hidden />
          </ActionIcon>
        </div>

        <Tabs.Panel value="area" className={css.panel}>
          {picture && picture.area.length > 0 && (
            <ul className={css.areas} aria-label="Areas of the photo">
              {picture.area.map((one, k) => {
                const found = problemsAt(problems, "picture", at.picture, "area", k);
                const bad = found.some((problem) => problem.level === "error");
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: areas have no other name than their place.
                  <li key={k}>
                    <button type="button" aria-pressed={k === at.area} onClick={() => select({ area: k, point: null })}>
                      <span className={css.areaName}>{one.name || `Area ${k + 1}`}</span>
                      {found.length > 0 &&
                        (bad ? (
                          <CircleAlert size={15} className={css.bad} aria-label="has a problem" />
                        ) : (
                          <TriangleAlert size={15} className={css.warn} aria-label="has a warning" />
                        ))}
                      <span className={css.faint}>{KINDS[one.kind].label}</span>
                    </button>
                  </li>
                );
              })}
            </ul>
          )}
          {area && at.area !== null ? (
            <AreaPanel key={`${at.picture} ${at.area} ${area.kind}`} editor={editor} area={area} index={at.area} />
          ) : (
            <div className={css.none}>
              {picture && picture.area.length > 0 ? (
                <p>Choose an area on the photo to change it.</p>
              ) : (
                <>
                  <p>
                    <b>Where does the print go?</b>
                  </p>
                  <p>Choose a shape below the photo, then draw over the spot.</p>
                  <dl>
                    {Object.values(KINDS).map(({ label, words, key }) => (
                      <div key={key}>
                        <dt>{label}</dt>
                        <dd>{words}</dd>
                      </div>
                    ))}
                  </dl>
                </>
              )}
            </div>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="photo" className={css.panel}>
          {picture ? <PhotoPanel editor={editor} picture={picture} /> : <p className={css.none}>Add a photo first.</p>}
        </Tabs.Panel>
        <Tabs.Panel value="set" className={css.panel}>
          <SetPanel editor={editor} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}

function Count({ value }: { value: number }) {
  return value > 0 ? (
    <span className={css.badge}>
      {value}
      <span className="visually-hidden"> problems</span>
    </span>
  ) : null;
}
