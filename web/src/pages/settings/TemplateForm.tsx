import { Button, Group, Modal, NumberInput, Select, Switch, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, body } from "~/api/client";
import { keys, presetsQuery, type Template } from "~/api/queries";
import type { Fit } from "~/api/schema";
import { tell } from "~/app/toasts";
import { ProblemNote } from "~/ui/ProblemNote";
import { PrintArea } from "./PrintArea";
import css from "./Settings.module.css";

const FITS: { value: Fit; label: string }[] = [
  { value: "contain", label: "Fit inside: nothing is cut or bent" },
  { value: "stretch", label: "Stretch to fill: for wraps" },
  { value: "cover", label: "Fill: cut at the edges" },
  { value: "longest-side", label: "Longest side: for transfers" },
  { value: "width", label: "To the width" },
  { value: "height", label: "To the height" },
];

interface Values {
  name: string;
  like: string | null;
  width: number;
  height: number;
  dpi: number;
  fit: Fit;
  margin: number;
  mirror: boolean;
  despeckle: boolean;
  needsAlpha: boolean;
  prefix: string;
}

/** Make a template, or change one for what is printed from then on. */
export function TemplateForm({ template, close }: { template: Template | null; close: () => void }) {
  const queries = useQueryClient();
  const presets = useQuery(presetsQuery).data ?? [];
  const [values, setValues] = useState<Values>(() => valuesOf(template));
  const set = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));
  const save = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      const recipe = {
        width_in: values.width,
        height_in: values.height,
        dpi: values.dpi,
        fit: values.fit,
        margin_in: values.margin,
        mirror: values.mirror,
        despeckle: values.despeckle,
        needs_alpha: values.needsAlpha,
      };
      if (template) {
        const change = { recipe, prefix: values.prefix || null };
        return body(
          api.PATCH("/api/v1/templates/{template}", { params: { path: { template: template.id } }, body: change }),
        );
      }
      const made = { name: values.name, like: values.like, recipe, prefix: values.prefix || null, first_number: 100 };
      return body(api.POST("/api/v1/templates", { body: made }));
    },
    onSuccess: (now) => {
      void queries.invalidateQueries({ queryKey: keys.templates });
      tell(template ? `${now.name} is changed for what comes from now on.` : `${now.name} is ready.`);
      close();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const startFrom = (name: string | null) => {
    const recipe = presets.find((one) => one.name === name)?.recipe;
    set({ like: name, ...(recipe ? fromRecipe(recipe) : {}), name: values.name || (name ?? "") });
  };
  return (
    <Modal opened onClose={close} size="lg" title={template ? template.name : "New template"}>
      <form onSubmit={submit} className={css.form}>
        {!template && (
          <>
            <Select
              label="Start from"
              placeholder="a product ready to use"
              clearable
              searchable
              data={presets.map((one) => one.name)}
              value={values.like}
              onChange={startFrom}
            />
            <TextInput
              label="Name"
              description="Also its folder in the storage; it stays"
              required
              withAsterisk={false}
              value={values.name}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
          </>
        )}
        <div className={css.sizes}>
          <PrintArea
            recipe={{
              width_in: values.width || 1,
              height_in: values.height || 1,
              margin_in: values.margin,
              canvas_in: null,
            }}
            largest={Math.max(6, values.width, values.height)}
          />
          <div className={css.numbers}>
            <Inches label="Width" value={values.width} set={(width) => set({ width })} />
            <Inches label="Height" value={values.height} set={(height) => set({ height })} />
            <NumberInput
              label="DPI"
              min={36}
              max={2400}
              allowDecimal={false}
              value={values.dpi}
              onChange={(value) => set({ dpi: Number(value) })}
            />
            <Inches label="Margin" value={values.margin} set={(margin) => set({ margin })} zero />
          </div>
        </div>
        <Select
          label="How art meets the print area"
          data={FITS}
          value={values.fit}
          onChange={(value) => value && set({ fit: value as Fit })}
        />
        <div className={css.switches}>
          <Switch
            label="Mirrored, for sublimation"
            checked={values.mirror}
            onChange={(event) => set({ mirror: event.currentTarget.checked })}
          />
          <Switch
            label="Erase stray dots"
            checked={values.despeckle}
            onChange={(event) => set({ despeckle: event.currentTarget.checked })}
          />
          <Switch
            label="Warn when the background is not transparent"
            checked={values.needsAlpha}
            onChange={(event) => set({ needsAlpha: event.currentTarget.checked })}
          />
        </div>
        <TextInput
          label="Prefix of file names"
          placeholder="UV or DTF, from the name"
          maw={240}
          value={values.prefix}
          onChange={(event) => set({ prefix: event.currentTarget.value })}
        />
        {save.isError && <ProblemNote error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {template ? "Change" : "Make the template"}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function Inches(props: { label: string; value: number; set: (value: number) => void; zero?: boolean }) {
  return (
    <NumberInput
      label={`${props.label}, in`}
      min={props.zero ? 0 : 0.1}
      max={240}
      step={0.25}
      decimalScale={3}
      value={props.value}
      onChange={(value) => props.set(Number(value))}
    />
  );
}

type Recipe = Pick<
  Template["recipe"],
  "width_in" | "height_in" | "dpi" | "fit" | "margin_in" | "mirror" | "despeckle" | "needs_alpha"
>;

function fromRecipe(recipe: Recipe) {
  return {
    width: recipe.width_in,
    height: recipe.height_in,
    dpi: recipe.dpi,
    fit: recipe.fit,
    margin: recipe.margin_in,
    mirror: recipe.mirror,
    despeckle: recipe.despeckle,
    needsAlpha: recipe.needs_alpha,
  };
}

function valuesOf(template: Template | null): Values {
  if (template) return { name: template.name, like: null, prefix: template.prefix, ...fromRecipe(template.recipe) };
  const blank = { width: 10, height: 10, dpi: 300, fit: "contain" as Fit, margin: 0 };
  return { name: "", like: null, prefix: "", mirror: false, despeckle: false, needsAlpha: false, ...blank };
}
