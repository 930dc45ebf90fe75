import { Loader, MultiSelect, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { categoriesQuery, namesQuery } from "~/api/listings";
import type { EtsyName } from "~/api/schema";

type NameKind = EtsyName["kind"];

interface Props {
  id: string;
  kind: NameKind;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** Whether the shop can be asked what it has; else the name is typed. */
  connected: boolean;
  description?: ReactNode;
}

/** One of the things that the shop has at Etsy. What is set and is not there stays, to be seen and changed. */
export function NamePicker({ id, kind, label, value, onChange, connected, description }: Props) {
  const names = useQuery({ ...namesQuery, enabled: connected });
  if (!connected) {
    return (
      <TextInput
        id={id}
        label={label}
        description={description}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  const known = namesOf(names.data, kind);
  const missing = value !== "" && names.isSuccess && !known.includes(value);
  return (
    <Select
      id={id}
      label={label}
      description={description}
      placeholder={names.isSuccess && known.length === 0 ? "The shop has none" : "None"}
      clearable
      searchable
      data={value === "" || known.includes(value) ? known : [value, ...known]}
      value={value || null}
      onChange={(next) => onChange(next ?? "")}
      rightSection={names.isFetching ? <Loader size={14} /> : undefined}
      error={missing ? "The shop at Etsy has none of this name" : undefined}
      nothingFoundMessage="Nothing is called so"
    />
  );
}

/** Several of them. */
export function NamesPicker(props: Omit<Props, "value" | "onChange"> & ManyProps) {
  const names = useQuery({ ...namesQuery, enabled: props.connected });
  const data = [...new Set([...namesOf(names.data, props.kind), ...props.value])];
  return (
    <MultiSelect
      id={props.id}
      label={props.label}
      description={props.description}
      placeholder={props.value.length === 0 ? "None" : undefined}
      searchable
      clearable
      data={data}
      value={props.value}
      onChange={props.onChange}
    />
  );
}

/** Each name once: two profiles may share one, and are then told apart by their ids. */
function namesOf(all: EtsyName[] | undefined, kind: NameKind): string[] {
  const found = (all ?? []).filter((one) => one.kind === kind);
  return found.map((one) =>
    found.some((other) => other !== one && other.name === one.name) ? String(one.id) : one.name,
  );
}

interface ManyProps {
  value: string[];
  onChange: (value: string[]) => void;
}

/** One of Etsy's three thousand categories: the server looks through them. */
export function CategoryPicker({ id, value, onChange, connected, label, description }: Omit<Props, "kind">) {
  const [typed, setTyped] = useState("");
  const [wanted] = useDebouncedValue(typed.trim() === value ? "" : typed.trim(), 250);
  const found = useQuery({ ...categoriesQuery(wanted), enabled: connected && wanted.length > 1 });
  const paths = found.data ?? [];
  if (!connected) {
    return (
      <TextInput
        id={id}
        label={label}
        description={description}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  return (
    <Select
      id={id}
      label={label}
      description={description}
      placeholder="Search: mugs, t-shirts, stickers"
      clearable
      searchable
      data={value === "" || paths.includes(value) ? paths : [value, ...paths]}
      value={value || null}
      onChange={(next) => onChange(next ?? "")}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      rightSection={found.isFetching ? <Loader size={14} /> : undefined}
      nothingFoundMessage={wanted.length > 1 && !found.isFetching ? "No category is called so" : "Type to search"}
      maxDropdownHeight={300}
      comboboxProps={{ width: "max-content", position: "bottom-start" }}
    />
  );
}
