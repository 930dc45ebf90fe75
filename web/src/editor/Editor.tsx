import { ActionIcon, Button, Loader, Menu, Tooltip } from "@mantine/core";
import {
  ArrowLeft,
  CircleAlert,
  Download,
  Ellipsis,
  ImagePlus,
  Keyboard,
  Redo2,
  RotateCcw,
  Save,
  Undo2,
} from "lucide-react";
import { lazy, Suspense, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import type { DraftOut, PreviewIn } from "~/api/schema";
import { useTitle } from "~/ui/title";
import { Command } from "./Command";
import { discardDraft, type Shown } from "./calls";
import { DesignPicker } from "./DesignPicker";
import { ConflictDialog, inConflict, LeaveDialog } from "./Dialogs";
import { Dock } from "./Dock";
import css from "./Editor.module.css";
import { handlesOf } from "./handles";
import { Inspector } from "./Inspector";
import { Keys } from "./Keys";
import { forget } from "./kept";
import { asPreviewed, KINDS, type Kind } from "./model";
import { NoPhoto } from "./NoPhoto";
import { PictureStrip } from "./PictureStrip";
import { plain, problemsAt } from "./problems";
import { SaveState, showFirst } from "./SaveState";
import { type EditorState, useEditor } from "./useEditor";
import { useKeys } from "./useKeys";
import { usePhoto } from "./usePhoto";
import { usePreview } from "./usePreview";
import { useSize, useView } from "./view";

// The drawing library comes with the canvas, while the rest is there already.
const Canvas = lazy(() => import("./Canvas"));

const SIDES = [640, 1000, 1400, 2000];

/** One set, open. */
export function Editor({ draft }: { draft: DraftOut }) {
  const editor = useEditor(draft);
  const { doc, picture, file, at, problems, may } = editor;
  useTitle(doc.name || "Mockup editor");
  const navigate = useNavigate();
  const [tool, setTool] = useState<Kind | null>(null);
  const [shown, setShown] = useState<Shown>("pattern");
  const [colour, setColour] = useState<string | null>(null);
  const [before, setBefore] = useState(false);
  const [handles, setHandles] = useState(true);
  const [snaps, setSnaps] = useState(true);
  const [help, setHelp] = useState(false);
  const [over, setOver] = useState(false);
  const [holder, stage] = useSize();
  const size: [number, number] = [file?.width ?? 1000, file?.height ?? 1000];
  const view = useView(size, stage, picture?.file ?? "");
  const colours = Object.entries(picture?.garment?.colours ?? {});
  const inColour = colour !== null && colours.some(([name]) => name === colour) ? colour : null;

  const wanted = useMemo<PreviewIn | null>(() => {
    if (!picture || !file) return null;
    return {
      picture: asPreviewed(doc, picture),
      template: doc.template,
      design: (before || picture.area.length === 0 ? "none" : shown) as PreviewIn["design"],
      colour: inColour,
      longest_side: 1000,
      editor: "",
      turn: 0,
    };
  }, [doc, picture, file, shown, inColour, before]);
  const need = Math.max(...size) * view.view.scale * Math.min(devicePixelRatio, 2);
  const side = SIDES.find((one) => one >= need) ?? 2000;
  const rendered = usePreview(editor.set, wanted, `${picture?.file} ${shown} ${inColour} ${before}`, side);
  const photo = usePhoto(editor.set, file);

  const save = () => !editor.save.isPending && editor.dirty && editor.save.mutate({ over: false });
  const space = useKeys(editor, {
    tool,
    setTool: (next) => may && setTool(next),
    save,
    fit: view.fit,
    zoom: view.by,
    actual: () => view.to(1),
    before: () => setBefore((now) => !now),
    handles: () => setHandles((now) => !now),
  });
  const inks = useInks();
  const faulty = useMemo(
    () =>
      new Set(
        problemsAt(problems, "picture", at.picture, "area")
          .filter((one) => one.level === "error" && typeof one.place[3] === "number")
          .map((one) => one.place[3] as number),
      ),
    [problems, at.picture],
  );
  const errors = problems.filter((one) => one.level === "error");

  const dropped = (event: React.DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (may) void editor.addPhotos([...event.dataTransfer.files]);
  };
  return (
    <section
      className={css.editor}
      aria-label="Mockup editor"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => event.currentTarget.contains(event.relatedTarget as Node) || setOver(false)}
      onDrop={dropped}
    >
      <header className={css.bar}>
        <ActionIcon
          component={Link}
          to="/mockups/editor"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="All mockup sets"
        >
          <ArrowLeft size={19} aria-hidden />
        </ActionIcon>
        <div className={css.name}>
          <h1>{doc.name || "Without a name"}</h1>
          <SaveState
            editor={editor}
            errors={errors.length}
            onProblem={() => showFirst(editor)}
            unfinished={draft.unfinished}
          />
        </div>
        <div className={css.tools}>
          <Command
            label="Undo"
            keys="Ctrl Z"
            icon={Undo2}
            onClick={editor.undo}
            disabled={editor.state.past.length === 0}
          />
          <Command
            label="Redo"
            keys="Ctrl ⇧ Z"
            icon={Redo2}
            onClick={editor.redo}
            disabled={editor.state.future.length === 0}
          />
        </div>
        <Menu position="bottom-end" width={220}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label="More">
              <Ellipsis size={19} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              component="a"
              href={`/api/v1/mockup-sets/${editor.set}/pack.zip`}
              leftSection={<Download size={16} aria-hidden />}
              disabled={!draft.set}
            >
              Export as a pack
            </Menu.Item>
            <Menu.Item leftSection={<RotateCcw size={16} aria-hidden />} disabled={!editor.dirty} onClick={editor.drop}>
              Back to the last save
            </Menu.Item>
            {may && draft.unfinished && (
              <Menu.Item
                color="red"
                onClick={async () => {
                  await discardDraft(editor.set);
                  forget(editor.set);
                  editor.drop();
                  if (draft.set) await editor.reload();
                  else void navigate("/mockups/editor");
                }}
              >
                {draft.set ? "Discard the draft" : "Delete this draft"}
              </Menu.Item>
            )}
            <Menu.Divider />
            <Menu.Item leftSection={<Keyboard size={16} aria-hidden />} onClick={() => setHelp(true)}>
              Keyboard
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        {may && (
          <Button
            size="sm"
            leftSection={<Save size={16} aria-hidden />}
            onClick={save}
            loading={editor.save.isPending}
            disabled={!editor.dirty && !inConflict(editor)}
            className={css.save}
          >
            Save
          </Button>
        )}
      </header>
      <PictureStrip editor={editor} />
      <div className={css.stage}>
        <div
          ref={holder}
          className={css.canvas}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: its points are moved with the arrow keys.
          tabIndex={0}
          role="application"
          aria-label={canvasWords(editor)}
          data-space={space}
          data-preview={rendered.took === null ? undefined : Math.round(rendered.took)}
          data-waiting={rendered.waiting}
        >
          {picture && file && stage[0] > 0 && (
            <Suspense
              fallback={<Loader role="status" size="sm" className={css.wait} aria-label="Loading the canvas" />}
            >
              <Canvas
                size={size}
                stage={stage}
                view={view.view}
                least={view.least}
                onView={view.set}
                photo={photo}
                rendered={rendered.image}
                areas={picture.area}
                chosen={at.area}
                point={at.point}
                faulty={faulty}
                tool={tool}
                snaps={snaps}
                handles={handles && !before}
                panning={space}
                inks={inks}
                readOnly={!may}
                onSelect={(area, point) => editor.select({ area, point })}
                onEdit={editor.editArea}
                onSettle={editor.settle}
                onAdd={(area) => {
                  editor.editPicture((one) => ({ ...one, area: [...one.area, area] }), undefined, {
                    area: picture.area.length,
                    point: null,
                  });
                  setTool(null);
                }}
              />
            </Suspense>
          )}
          {!picture && <NoPhoto editor={editor} />}
        </div>
        {picture && (
          <>
            <div className={css.top}>
              <DesignPicker shown={shown} onChange={setShown} />
              {colours.length > 0 && (
                <div className={css.swatches} role="radiogroup" aria-label="Colour of the garment">
                  {[
                    [null, "As photographed", ""] as const,
                    ...colours.map(([name, value]) => [name, name, value] as const),
                  ].map(([key, label, value]) => (
                    <Tooltip key={label} label={label}>
                      {/* biome-ignore lint/a11y/useSemanticElements: a dot of the colour says more than a radio input. */}
                      <button
                        type="button"
                        role="radio"
                        aria-checked={inColour === key}
                        aria-label={label}
                        style={value ? { background: value } : undefined}
                        data-plain={key === null || undefined}
                        onClick={() => setColour(key)}
                      />
                    </Tooltip>
                  ))}
                </div>
              )}
            </div>
            {rendered.problem && !before && (
              <p className={css.cannot} role="status">
                <CircleAlert size={16} aria-hidden />
                {plain(rendered.problem.message)}
              </p>
            )}
            {tool && (
              <p className={css.hint} role="status">
                {tool === "polygon"
                  ? "Click point after point; Enter or a click on the first closes it. Escape leaves."
                  : `Drag a box where the print goes: ${KINDS[tool].words}`}
              </p>
            )}
            <Dock
              may={may}
              tool={tool}
              onTool={setTool}
              before={before}
              onBefore={() => setBefore(!before)}
              handles={handles}
              onHandles={() => setHandles(!handles)}
              snaps={snaps}
              onSnaps={() => setSnaps(!snaps)}
              view={view}
            />
          </>
        )}
        <output className="visually-hidden">{pointWords(editor)}</output>
      </div>
      <Inspector editor={editor} />
      {over && (
        <div className={css.drop}>
          <ImagePlus size={34} strokeWidth={1.5} aria-hidden />
          Drop photos here
        </div>
      )}
      <Keys opened={help} onClose={() => setHelp(false)} />
      <ConflictDialog editor={editor} />
      <LeaveDialog editor={editor} />
    </section>
  );
}

function canvasWords({ picture, area, at }: EditorState): string {
  if (!picture) return "Canvas, without a photo";
  const chosen = area
    ? ` ${area.name || `Area ${(at.area ?? 0) + 1}`} is chosen: arrow keys move it, N goes to its points.`
    : "";
  return `Canvas: ${picture.name}, ${picture.area.length} areas.${chosen}`;
}

function pointWords({ area, at }: EditorState): string {
  const handle = area && at.point !== null ? handlesOf(area)[at.point] : undefined;
  return handle ? `${handle.label}: ${Math.round(handle.at[0])}, ${Math.round(handle.at[1])}` : "";
}

/** Colours of what is drawn on the canvas, as the page has them. On photos both schemes need the light one's strength. */
function useInks() {
  return useMemo(() => ({ accent: "#0b8f82", bad: "#d92d20" }), []);
}
