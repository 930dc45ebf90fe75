import { Button, CloseButton, Menu, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { CalendarDays, ChevronDown, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { type DesignFilter, templatesQuery } from "~/api/queries";
import type { OutlineOut } from "~/api/schema";
import css from "./Designs.module.css";
import { jumpTo } from "./jump";

interface Props {
  filter: DesignFilter;
  set: (change: Record<string, string | null>) => void;
  outline: OutlineOut | undefined;
}

const STATES = [
  { value: "", label: "All states" },
  { value: "similar", label: "Similar: to decide" },
  { value: "spooled", label: "Waiting for the NAS" },
  { value: "missing", label: "File missing" },
  { value: "deleted", label: "Deleted" },
];

export function FilterBar({ filter, set, outline }: Props) {
  const templates = useQuery(templatesQuery);
  const state = filter.deleted ? "deleted" : filter.similar ? "similar" : (filter.state ?? "");
  return (
    <search className={css.filters}>
      <SearchField value={filter.search ?? ""} set={(q) => set({ q })} />
      <Select
        aria-label="Template"
        className={css.select}
        data={[
          { value: "", label: "All templates" },
          ...(templates.data ?? []).map((one) => ({ value: String(one.id), label: one.name })),
        ]}
        value={String(filter.template ?? "")}
        onChange={(value) => set({ template: value || null })}
      />
      <Select
        aria-label="State"
        className={css.select}
        data={STATES}
        value={state}
        onChange={(value) =>
          set({
            similar: value === "similar" ? "1" : null,
            deleted: value === "deleted" ? "1" : null,
            state: value && value !== "similar" && value !== "deleted" ? value : null,
          })
        }
      />
      {outline && outline.pages.length > 3 && <JumpMenu outline={outline} />}
    </search>
  );
}

function SearchField({ value, set }: { value: string; set: (value: string | null) => void }) {
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const soon = useDebouncedCallback((next: string) => set(next.trim() || null), 250);
  return (
    <TextInput
      className={css.search}
      type="search"
      aria-label="Search designs"
      placeholder="Name, file name or number"
      leftSection={<Search size={17} aria-hidden />}
      rightSection={
        text ? (
          <CloseButton
            size="sm"
            aria-label="Clear the search"
            onClick={() => {
              setText("");
              set(null);
            }}
          />
        ) : null
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        soon(event.currentTarget.value);
      }}
    />
  );
}

/** Months, each a way to where the list comes to it. */
function JumpMenu({ outline }: { outline: OutlineOut }) {
  const months = monthsOf(outline);
  if (months.length < 2) return null;
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <Button
          variant="default"
          leftSection={<CalendarDays size={16} aria-hidden />}
          rightSection={<ChevronDown size={14} aria-hidden />}
        >
          Jump to
        </Button>
      </Menu.Target>
      <Menu.Dropdown mah={360} style={{ overflowY: "auto" }}>
        {months.map((month) => (
          <Menu.Item key={month.label} onClick={() => jumpTo(month.page)}>
            {month.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function monthsOf(outline: OutlineOut): { label: string; page: number }[] {
  const months: { label: string; page: number }[] = [];
  outline.pages.forEach((start, page) => {
    const label = new Date(start.at).toLocaleDateString(undefined, { month: "long", year: "numeric" });
    if (months.at(-1)?.label !== label) months.push({ label, page });
  });
  return months;
}
