import { ActionIcon, Button, Loader, Menu, Modal, Tooltip } from "@mantine/core";
import {
  ArrowLeft,
  CircleAlert,
  Coffee,
  Download,
  Ellipsis,
  Eye,
  EyeOff,
  Grid2x2Plus,
  ImagePlus,
  Keyboard,
  Magnet,
  Maximize,
  Minus,
  MousePointer2,
  Pentagon,
  Plus,
  Redo2,
  RotateCcw,
  Save,
  SquareDashed,
  Undo2,
  Waves,
} from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { Link, useBlocker, useNavigate } from "react-router";
import { Problem } from "~/api/problem";
import type { DraftOut, PreviewIn } from "~/api/schema";
import { useTitle } from "~/ui/title";
import { discardDraft, type Shown } from "./calls";
import { DesignPicker } from "./DesignPicker";
import css from "./Editor.module.css";
import { handlesOf } from "./handles";
import { Inspector } from "./Inspector";
import { forget } from "./kept";
import { asPreviewed, KINDS, type Kind } from "./model";
import { PictureStrip } from "./PictureStrip";
import { plain, problemsAt } from "./problems";
import { useEditor } from "./useEditor";
import { useKeys } from "./useKeys";
import { usePhoto } from "./usePhoto";
import { usePreview } from "./usePreview";
import { useSize, useView } from "./view";

// The drawing library comes with the canvas, while the rest is there already.
const Canvas = lazy(() => import("./Canvas"));

const ICONS = { quad: SquareDashed, polygon: Pentagon, mesh: Waves, cylinder: Coffee };
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
  const blocker = useLeaveGuard(editor.dirty);
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
  const conflict = editor.save.isError && Problem.from(editor.save.error).code === "draft_changed";

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
            disabled={!editor.dirty && !conflict}
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
                onToolDone={() => setTool(null)}
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
            <div className={css.dock}>
              <fieldset className={css.group}>
                <legend className="visually-hidden">Shapes</legend>
                <Command label="Select" keys="V" icon={MousePointer2} pressed={!tool} onClick={() => setTool(null)} />
                {may &&
                  (Object.keys(KINDS) as Kind[]).map((kind) => (
                    <Command
                      key={kind}
                      label={KINDS[kind].label}
                      words={KINDS[kind].words}
                      keys={KINDS[kind].key}
                      icon={ICONS[kind]}
                      pressed={tool === kind}
                      onClick={() => setTool(tool === kind ? null : kind)}
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
                  onClick={() => setBefore(!before)}
                />
                <Command
                  label="Handles"
                  keys="H"
                  icon={Grid2x2Plus}
                  pressed={handles}
                  onClick={() => setHandles(!handles)}
                />
                <Command
                  label="Snap"
                  words="Points are drawn to edges, middles and other points; Alt suspends it"
                  icon={Magnet}
                  pressed={snaps}
                  onClick={() => setSnaps(!snaps)}
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
      <Modal opened={conflict} onClose={() => editor.save.reset()} title="Somebody else has saved this set">
        <p>It was changed since you opened it. Load what they saved, or save yours in its place.</p>
        <div className={css.choices}>
          <Button variant="default" onClick={() => void editor.reload()}>
            Load theirs
          </Button>
          <Button color="red" onClick={() => editor.save.mutate({ over: true })} loading={editor.save.isPending}>
            Save mine in its place
          </Button>
        </div>
      </Modal>
      <Modal opened={blocker.state === "blocked"} onClose={() => blocker.reset?.()} title="Leave without saving?">
        <p>Your changes stay in this browser, and are there when you open this set again. Others do not see them.</p>
        <div className={css.choices}>
          <Button variant="default" onClick={() => blocker.reset?.()}>
            Stay
          </Button>
          <Button variant="default" onClick={() => blocker.proceed?.()}>
            Leave
          </Button>
          <Button
            loading={editor.save.isPending}
            onClick={() => editor.save.mutate({ over: false }, { onSuccess: () => blocker.proceed?.() })}
          >
            Save and leave
          </Button>
        </div>
      </Modal>
    </section>
  );
}

type EditorOf = ReturnType<typeof useEditor>;

function SaveState({
  editor,
  errors,
  onProblem,
  unfinished,
}: {
  editor: EditorOf;
  errors: number;
  onProblem: () => void;
  unfinished: boolean;
}) {
  const words =
    editor.adding > 0
      ? `Adding ${editor.adding} …`
      : editor.save.isPending
        ? "Saving …"
        : editor.dirty
          ? "Not saved yet"
          : unfinished
            ? "Draft"
            : "Saved";
  return (
    <p className={css.state}>
      <span role="status">{words}</span>
      {editor.restored && (
        <button type="button" onClick={editor.drop}>
          Restored from this browser: drop
        </button>
      )}
      {errors > 0 && (
        <button type="button" className={css.errors} onClick={onProblem}>
          {errors === 1 ? "1 thing to mend" : `${errors} things to mend`}
        </button>
      )}
    </p>
  );
}

/** Brings the first problem to the eye. */
function showFirst(editor: EditorOf): void {
  const [first] = editor.problems.filter((one) => one.level === "error");
  if (first?.place[0] !== "picture" || typeof first.place[1] !== "number") return;
  const area = first.place[2] === "area" && typeof first.place[3] === "number" ? first.place[3] : null;
  editor.select({ picture: first.place[1], area, point: null });
}

function Command(props: {
  label: string;
  words?: string;
  keys?: string;
  icon: typeof Undo2;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
  wide?: boolean;
}) {
  const { label, words, keys, icon: Icon } = props;
  return (
    <Tooltip
      multiline={!!words}
      maw={240}
      label={
        <>
          {label} {keys && <kbd>{keys}</kbd>}
          {words && <div>{words}</div>}
        </>
      }
    >
      <button
        type="button"
        className={css.command}
        aria-label={label}
        aria-pressed={props.pressed}
        disabled={props.disabled}
        onClick={props.onClick}
      >
        <Icon size={18} strokeWidth={1.9} aria-hidden />
        {props.wide && <span aria-hidden>{label}</span>}
      </button>
    </Tooltip>
  );
}

function NoPhoto({ editor }: { editor: EditorOf }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={css.noPhoto}>
      <ImagePlus size={40} strokeWidth={1.4} aria-hidden />
      <h2>Add your product photos</h2>
      <p>
        A shirt, a mug, a framed wall: the blank product as you photographed it. JPEG, PNG, WebP, TIFF or AVIF, up to 50
        megapixels.
      </p>
      {editor.may && (
        <Button
          leftSection={<ImagePlus size={17} aria-hidden />}
          loading={editor.adding > 0}
          onClick={() => input.current?.click()}
        >
          Choose photos
        </Button>
      )}
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        data-testid="photos"
        aria-label="Photos"
        onChange={(event) => void editor.addPhotos([...(event.currentTarget.files ?? [])])}
      />
    </div>
  );
}

function canvasWords({ picture, area, at }: EditorOf): string {
  if (!picture) return "Canvas, without a photo";
  const chosen = area
    ? ` ${area.name || `Area ${(at.area ?? 0) + 1}`} is chosen: arrow keys move it, N goes to its points.`
    : "";
  return `Canvas: ${picture.name}, ${picture.area.length} areas.${chosen}`;
}

function pointWords({ area, at }: EditorOf): string {
  const handle = area && at.point !== null ? handlesOf(area)[at.point] : undefined;
  return handle ? `${handle.label}: ${Math.round(handle.at[0])}, ${Math.round(handle.at[1])}` : "";
}

/** Asks before unsaved work is left. */
function useLeaveGuard(dirty: boolean) {
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [dirty]);
  return useBlocker(({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname);
}

/** Colours of what is drawn on the canvas, as the page has them. On photos both schemes need the light one's strength. */
function useInks() {
  return useMemo(() => ({ accent: "#0b8f82", bad: "#d92d20" }), []);
}

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

function Keys({ opened, onClose }: { opened: boolean; onClose: () => void }) {
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
