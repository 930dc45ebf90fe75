import { Loader, Popover, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Grid3x3, Search } from "lucide-react";
import { useState } from "react";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { DesignOut } from "~/api/schema";
import { Art } from "~/ui/Art";
import type { Shown } from "./calls";
import css from "./DesignPicker.module.css";

const found = (search: string) => ({
  queryKey: [...keys.designs, "to try", search],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    body(
      api.GET("/api/v1/designs", {
        params: { query: { limit: 24, search: search || undefined, state: "stored" } },
        signal,
      }),
    ),
});

const small = (design: DesignOut) => design.print_files.find((file) => file.thumbnail)?.thumbnail;

/** What the mockup is tried with: the test pattern, or any design of the shop. */
export function DesignPicker({ shown, onChange }: { shown: Shown; onChange: (shown: Shown, name: string) => void }) {
  const [open, setOpen] = useState(false);
  const [search, setSearch] = useState("");
  const [wanted] = useDebouncedValue(search.trim(), 250);
  const [chosen, setChosen] = useState<DesignOut | null>(null);
  const designs = useQuery({ ...found(wanted), enabled: open });
  const take = (design: DesignOut | null) => {
    setChosen(design);
    onChange(design?.id ?? "pattern", design?.name ?? "Test pattern");
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" width={340} shadow="lg" trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={css.chip}
          onClick={() => setOpen(!open)}
          aria-haspopup="dialog"
          aria-expanded={open}
        >
          {shown === "pattern" || !chosen ? (
            <Grid3x3 size={16} aria-hidden />
          ) : (
            <Art className={css.chipArt} src={small(chosen)} alt="" />
          )}
          <span className={css.chipText}>{shown === "pattern" || !chosen ? "Test pattern" : chosen.name}</span>
          <ChevronDown size={14} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Choose what to try">
        <TextInput
          data-autofocus
          aria-label="Search designs"
          placeholder="Name or number"
          leftSection={<Search size={15} aria-hidden />}
          rightSection={designs.isFetching ? <Loader size={14} /> : null}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <div className={css.tries}>
          {!wanted && (
            <button type="button" className={css.try} aria-pressed={shown === "pattern"} onClick={() => take(null)}>
              <span className={css.tryPattern}>
                <Grid3x3 size={26} strokeWidth={1.4} aria-hidden />
              </span>
              <span>Test pattern</span>
            </button>
          )}
          {designs.data?.items.map((design) => (
            <button
              key={design.id}
              type="button"
              className={css.try}
              aria-pressed={shown === design.id}
              onClick={() => take(design)}
            >
              <Art src={small(design)} alt="" ratio={1} />
              <span>{design.name}</span>
            </button>
          ))}
        </div>
        {designs.data?.items.length === 0 && (
          <p className="muted">{wanted ? "No design is called so." : "The shop has no designs yet."}</p>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
