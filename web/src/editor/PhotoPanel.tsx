import { ActionIcon, Button, ColorInput, Group, Switch, TextInput, Tooltip } from "@mantine/core";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { PictureField } from "./Fields";
import css from "./Inspector.module.css";
import { MaskPainter } from "./MaskPainter";
import { freeName, type Garment, type Picture, WATERMARK } from "./model";
import { fieldError, plain, problemsAt } from "./problems";
import type { EditorOf } from "./useEditor";
import { usePhoto } from "./usePhoto";
import { WatermarkFields } from "./WatermarkFields";

const SUGGESTED: [string, string][] = [
  ["Black", "#1d1d1f"],
  ["White", "#f4f4f2"],
  ["Navy", "#1b2a49"],
  ["Sand", "#d8c7a8"],
  ["Red", "#b3202a"],
  ["Forest", "#23452f"],
  ["Heather", "#a9abae"],
  ["Pink", "#e8b4bf"],
];

/** What belongs to a photo as a whole: its name, colours of the garment, a watermark of its own. */
export function PhotoPanel({ editor, picture }: { editor: EditorOf; picture: Picture }) {
  const { at, edit, editPicture, settle, may, problems, file } = editor;
  const here = ["picture", at.picture] as const;
  const own = problemsAt(problems, ...here).filter((one) => one.place[2] !== "area");
  const last = editor.doc.picture.length - 1;
  const shift = (by: number) =>
    edit(
      (doc) => {
        const pictures = [...doc.picture];
        const [one] = pictures.splice(at.picture, 1);
        if (one) pictures.splice(at.picture + by, 0, one);
        return { ...doc, picture: pictures };
      },
      undefined,
      { picture: at.picture + by, area: null, point: null },
    );
  return (
    <>
      <div className={css.head}>
        <TextInput
          aria-label="Name of the photo"
          size="xs"
          className={css.grow}
          value={picture.name}
          maxLength={100}
          error={fieldError(problems, ...here, "name")}
          onChange={(event) => {
            const name = event.currentTarget.value;
            editPicture((one) => ({ ...one, name }), "photo name");
          }}
          onBlur={settle}
          disabled={!may}
        />
        <Tooltip label="Earlier">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Move the photo up"
            disabled={!may || at.picture === 0}
            onClick={() => shift(-1)}
          >
            <ArrowUp size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Later">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Move the photo down"
            disabled={!may || at.picture === last}
            onClick={() => shift(1)}
          >
            <ArrowDown size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Tooltip label="Remove the photo">
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label="Remove the photo"
            disabled={!may}
            onClick={() =>
              edit((doc) => ({ ...doc, picture: doc.picture.filter((_one, k) => k !== at.picture) }), undefined, {
                area: null,
                point: null,
              })
            }
          >
            <Trash2 size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      {file && (
        <p className={css.faint}>
          {file.width} × {file.height} px · {(file.size / 1e6).toFixed(1)} MB
        </p>
      )}
      {own.map((one) => (
        <p key={one.code + one.message} className={css.problem} data-level={one.level}>
          {plain(one.message)} {one.remedy && <span>{one.remedy}</span>}
        </p>
      ))}
      <h3 className={css.title}>Colours</h3>
      <Colours editor={editor} picture={picture} />
      <h3 className={css.title}>Watermark</h3>
      <Switch
        size="xs"
        label="Another one than the set's"
        checked={picture.watermark !== null}
        onChange={(event) => {
          const watermark = event.currentTarget.checked ? (editor.doc.watermark ?? WATERMARK) : null;
          editPicture((one) => ({ ...one, watermark }));
        }}
        disabled={!may}
      />
      {picture.watermark && (
        <WatermarkFields
          editor={editor}
          value={picture.watermark}
          place={[...here, "watermark"]}
          onChange={(watermark, gesture) => editPicture((one) => ({ ...one, watermark }), gesture)}
        />
      )}
    </>
  );
}

function Colours({ editor, picture }: { editor: EditorOf; picture: Picture }) {
  const { at, editPicture, settle, may, problems, files } = editor;
  const { garment } = picture;
  const set = (next: Garment | null, gesture?: string) => editPicture((one) => ({ ...one, garment: next }), gesture);
  const masks = files.map((file) => file.path).filter((path) => !path.startsWith("photos/"));
  const [painting, setPainting] = useState(false);
  const photo = usePhoto(editor.set, editor.file);
  const entries = Object.entries(garment?.colours ?? {});
  const first = Object.fromEntries(SUGGESTED.slice(0, 3));
  const take = async (file: File) => {
    const [made] = await editor.upload([file], "mask");
    if (made) set({ mask: made.path, colours: garment?.colours ?? first });
  };
  const change = (k: number, name: string, value: string, gesture: string) =>
    garment &&
    set({ ...garment, colours: Object.fromEntries(entries.map((one, n) => (n === k ? [name, value] : one))) }, gesture);
  const add = () => {
    const [name, value] = SUGGESTED.find(([one]) => !garment?.colours[one]) ?? [
      freeName("Colour", Object.keys(garment?.colours ?? {})),
      "#888888",
    ];
    if (garment) set({ ...garment, colours: { ...garment.colours, [name]: value } });
  };
  return (
    <>
      <PictureField
        label="Region"
        hint="A grey picture of the photo's proportions: what is white takes on the colours, such as the shirt"
        value={garment?.mask ?? null}
        choices={masks}
        onChange={(mask) => set(mask ? { mask, colours: garment?.colours ?? first } : null)}
        onUpload={take}
        onPaint={photo ? () => setPainting(true) : undefined}
        error={fieldError(problems, "picture", at.picture, "garment")}
        disabled={!may}
      />
      {painting && photo && (
        <MaskPainter
          title="Paint what takes on the colours"
          photo={photo}
          mask={files.find((file) => file.path === garment?.mask)?.url ?? null}
          words={{ black: "Leave it", white: "Colour it" }}
          dark
          close={() => setPainting(false)}
          done={async (file) => {
            await take(file);
            setPainting(false);
          }}
        />
      )}
      {!garment && (
        <p className={css.faint}>
          Paint or upload the region of the photo that can be recoloured, and one photo shows every colour you sell.
        </p>
      )}
      {entries.map(([name, value], k) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: its name is what is being typed.
        <Group key={k} gap={6} wrap="nowrap">
          <ColorInput
            aria-label={`${name}: colour`}
            size="xs"
            w={112}
            format="hex"
            value={value}
            onChange={(next) => /^#[0-9a-f]{6}$/i.test(next) && change(k, name, next, `colour ${k}`)}
            onChangeEnd={settle}
            withEyeDropper={false}
            disabled={!may}
          />
          <TextInput
            aria-label={`${name}: name`}
            size="xs"
            className={css.grow}
            value={name}
            maxLength={100}
            onChange={(event) =>
              event.currentTarget.value &&
              !(event.currentTarget.value in (garment?.colours ?? {})) &&
              change(k, event.currentTarget.value, value, `colour name ${k}`)
            }
            onBlur={settle}
            disabled={!may}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${name}`}
            disabled={!may || entries.length === 1}
            onClick={() =>
              garment && set({ ...garment, colours: Object.fromEntries(entries.filter((_one, n) => n !== k)) })
            }
          >
            <Trash2 size={15} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {garment && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<Plus size={14} aria-hidden />}
          onClick={add}
          disabled={!may}
        >
          Add a colour
        </Button>
      )}
    </>
  );
}
