import { Button, NumberInput, Select, Switch, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import type { ReactNode } from "react";
import { setsQuery, templatesQuery } from "~/api/queries";
import { Budget } from "./Budget";
import { TYPES, UNITS, WHO, whenLabel, whensOf } from "./choices";
import { characters, MOST } from "./limits";
import { CategoryPicker, NamePicker, NamesPicker } from "./NamePicker";
import { Pattern } from "./Pattern";
import { SharedPictures } from "./SharedPictures";
import css from "./TemplateForm.module.css";
import type { Values } from "./values";
import { WordsField } from "./WordsField";

export interface FormProps {
  values: Values;
  set: (change: Partial<Values>) => void;
  connected: boolean;
  currency: string;
}

/** All that a listing template says, by what it is about. */
export function TemplateForm(props: FormProps) {
  return (
    <div className={css.form}>
      <What {...props} />
      <Texts {...props} />
      <Price {...props} />
      <Place {...props} />
      <Pictures {...props} />
      <Origin {...props} />
      <Measures {...props} />
      <Own {...props} />
    </div>
  );
}

function Section({ title, words, children }: { title: string; words?: ReactNode; children: ReactNode }) {
  return (
    <fieldset className={`card ${css.section}`}>
      <legend>{title}</legend>
      {words && <p className="muted">{words}</p>}
      {children}
    </fieldset>
  );
}

function What({ values, set }: FormProps) {
  const templates = useQuery(templatesQuery).data ?? [];
  const products = templates.map((one) => one.name);
  return (
    <Section title="What it is for">
      <div className={css.pair}>
        <TextInput
          id="name"
          label="Name"
          description="What you call it"
          required
          withAsterisk={false}
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Select
          id="product"
          label="Product"
          description="Whose print files it lists"
          placeholder="The one of the same name"
          clearable
          searchable
          data={values.product === "" || products.includes(values.product) ? products : [values.product, ...products]}
          value={values.product || null}
          onChange={(product) => set({ product: product ?? "" })}
        />
      </div>
      <Select
        id="type"
        label="Buyers get"
        maw={420}
        data={TYPES}
        value={values.type}
        onChange={(type) => type && set({ type })}
      />
    </Section>
  );
}

function Texts({ values, set }: FormProps) {
  const own = values.fields.map(([name]) => name).filter((name) => name !== "");
  return (
    <Section
      title="Texts"
      words="Placeholders are filled in for each design. Keep the number in the title: it leads from an order to its print file."
    >
      <Pattern
        id="title"
        label="Title"
        value={values.title}
        onChange={(title) => set({ title })}
        own={own}
        description={
          <Budget used={characters(values.title)} most={MOST.title} of="characters before they are filled" />
        }
      />
      <Pattern
        id="description"
        label="Description"
        lines={6}
        value={values.description}
        onChange={(description) => set({ description })}
        own={own}
      />
      <div id="tags">
        <WordsField
          label="Tags"
          value={values.tags}
          onChange={(tags) => set({ tags })}
          longest={MOST.tag}
          most={MOST.tags}
          of="tags"
          placeholder="uv dtf, cup wrap, gift for her"
        />
      </div>
      <div id="materials">
        <WordsField
          label="Materials"
          value={values.materials}
          onChange={(materials) => set({ materials })}
          longest={MOST.material}
          most={MOST.materials}
          of="materials"
        />
      </div>
      <div id="styles">
        <WordsField
          label="Styles"
          value={values.styles}
          onChange={(styles) => set({ styles })}
          longest={MOST.style}
          most={MOST.styles}
          of="styles"
        />
      </div>
    </Section>
  );
}

function Price({ values, set, currency }: FormProps) {
  return (
    <Section title="Price and stock">
      <div className={css.three}>
        <Amount id="price" label="Price" unit={currency} value={values.price} onChange={(price) => set({ price })} />
        <NumberInput
          id="quantity"
          label="Quantity"
          min={1}
          max={999}
          clampBehavior="none"
          allowDecimal={false}
          value={values.quantity}
          onChange={(quantity) => set({ quantity: String(quantity) })}
        />
        <TextInput
          id="sku"
          label="SKU"
          placeholder="UV-{number:05d}"
          value={values.sku}
          onChange={(event) => set({ sku: event.currentTarget.value })}
        />
      </div>
    </Section>
  );
}

function Place({ values, set, connected }: FormProps) {
  const parcels = values.type !== "download";
  const one = (kind: "section" | "shipping_profile" | "processing_profile" | "return_policy", label: string) => (
    <NamePicker
      id={kind}
      kind={kind}
      label={label}
      connected={connected}
      value={values[kind]}
      onChange={(value) => set({ [kind]: value })}
    />
  );
  return (
    <Section
      title="In your shop at Etsy"
      words={connected ? undefined : "Connect Etsy in the settings to choose from what your shop has there."}
    >
      <CategoryPicker
        id="category"
        label="Category"
        connected={connected}
        value={values.category}
        onChange={(category) => set({ category })}
      />
      <div className={css.pair}>
        {one("section", "Section")}
        {parcels && one("shipping_profile", "Shipping profile")}
        {parcels && one("processing_profile", "Processing profile")}
        {parcels && one("return_policy", "Return policy")}
      </div>
      <Switch
        label="Renew by itself when it ends (costs money each time)"
        checked={values.should_auto_renew}
        onChange={(event) => set({ should_auto_renew: event.currentTarget.checked })}
      />
    </Section>
  );
}

function Pictures({ values, set }: FormProps) {
  const own = values.fields.map(([name]) => name).filter((name) => name !== "");
  const sets = (useQuery(setsQuery).data ?? []).map((one) => one.name);
  return (
    <Section title="Pictures" words="In this order: mockups of these sets, then shared pictures such as size charts.">
      <TagsInput
        id="mockup_sets"
        label="Mockup sets"
        placeholder={values.mockup_sets.length === 0 ? "All that were rendered" : undefined}
        data={sets}
        splitChars={[";"]}
        value={values.mockup_sets}
        onChange={(mockup_sets) => set({ mockup_sets })}
      />
      <SharedPictures value={values.shared_pictures} onChange={(shared_pictures) => set({ shared_pictures })} />
      <Pattern
        id="alt_text"
        label="Alternative text"
        value={values.alt_text}
        onChange={(alt_text) => set({ alt_text })}
        own={own}
        pictures
        description={
          <Budget used={characters(values.alt_text)} most={MOST.alt} of="characters before they are filled" />
        }
      />
    </Section>
  );
}

function Origin({ values, set, connected }: FormProps) {
  const whens = whensOf(new Date().getFullYear());
  const when = whens.map((value) => ({ value, label: whenLabel(value) }));
  if (!whens.includes(values.when_made)) when.unshift({ value: values.when_made, label: values.when_made });
  return (
    <Section title="Who makes it">
      <div className={css.pair}>
        <Select
          id="who_made"
          label="Who makes it"
          data={WHO}
          value={values.who_made}
          onChange={(who_made) => who_made && set({ who_made })}
        />
        <Select
          id="when_made"
          label="When"
          data={when}
          value={values.when_made}
          onChange={(when_made) => when_made && set({ when_made })}
        />
      </div>
      <NamesPicker
        id="production_partners"
        kind="production_partners"
        label="Production partners"
        description="You add them in Etsy's Shop Manager"
        connected={connected}
        value={values.production_partners}
        onChange={(production_partners) => set({ production_partners })}
      />
      <Switch
        label="It is a craft supply"
        checked={values.is_supply}
        onChange={(event) => set({ is_supply: event.currentTarget.checked })}
      />
    </Section>
  );
}

function Measures({ values, set }: FormProps) {
  if (values.type === "download") return null;
  const unit = (id: "item_weight_unit" | "item_dimensions_unit", label: string, data: string[]) => (
    <Select
      id={id}
      label={label}
      clearable
      data={data}
      value={values[id] || null}
      onChange={(value) => set({ [id]: value ?? "" })}
    />
  );
  return (
    <Section title="Weight and size" words="Left empty where they are not known.">
      <div className={css.five}>
        <Amount
          id="item_weight"
          label="Weight"
          value={values.item_weight}
          onChange={(value) => set({ item_weight: value })}
        />
        {unit("item_weight_unit", "Unit of the weight", UNITS.weight)}
        <Amount
          id="item_length"
          label="Length"
          value={values.item_length}
          onChange={(value) => set({ item_length: value })}
        />
        <Amount
          id="item_width"
          label="Width"
          value={values.item_width}
          onChange={(value) => set({ item_width: value })}
        />
        <Amount
          id="item_height"
          label="Height"
          value={values.item_height}
          onChange={(value) => set({ item_height: value })}
        />
        {unit("item_dimensions_unit", "Unit of the size", UNITS.size)}
      </div>
    </Section>
  );
}

function Amount(props: { id: string; label: string; unit?: string; value: string; onChange: (value: string) => void }) {
  return (
    <NumberInput
      id={props.id}
      label={props.label}
      hideControls
      allowNegative={false}
      suffix={props.unit ? ` ${props.unit}` : ""}
      value={props.value}
      onChange={(value) => props.onChange(String(value))}
    />
  );
}

/** Words of the seller's own, for placeholders. */
function Own({ values, set }: FormProps) {
  const change = (at: number, pair: [string, string]) =>
    set({ fields: values.fields.map((one, index) => (index === at ? pair : one)) });
  return (
    <Section title="Words of your own" words="A word “size” fills {size} in all texts.">
      {values.fields.map(([name, text], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no name until it is typed.
        <div key={at} className={css.own}>
          <TextInput
            aria-label="Name of the word"
            placeholder="size"
            value={name}
            onChange={(event) => change(at, [event.currentTarget.value, text])}
          />
          <TextInput
            aria-label={`What ${name || "the word"} stands for`}
            placeholder="11 oz"
            value={text}
            onChange={(event) => change(at, [name, event.currentTarget.value])}
          />
          <Button
            variant="subtle"
            color="gray"
            px={8}
            aria-label={`Leave out ${name || "this word"}`}
            onClick={() => set({ fields: values.fields.filter((_one, index) => index !== at) })}
          >
            <X size={16} aria-hidden />
          </Button>
        </div>
      ))}
      <div>
        <Button
          variant="default"
          size="xs"
          leftSection={<Plus size={15} aria-hidden />}
          onClick={() => set({ fields: [...values.fields, ["", ""]] })}
        >
          Add a word
        </Button>
      </div>
    </Section>
  );
}
