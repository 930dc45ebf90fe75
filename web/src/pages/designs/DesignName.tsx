import { ActionIcon, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { useState } from "react";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { DesignOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import css from "./Design.module.css";

/** The design's name, which can be changed where it stands; numbers and file names stay. */
export function DesignName({ design }: { design: DesignOut }) {
  const may = useMay("write");
  const queries = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [name, setName] = useState(design.name);
  const rename = useMutation({
    mutationFn: (next: { name: string; before: string; undone?: boolean }) =>
      body(
        api.PATCH("/api/v1/designs/{design}", { params: { path: { design: design.id } }, body: { name: next.name } }),
      ),
    onSuccess: (_now, { name: now, before, undone }) => {
      void queries.invalidateQueries({ queryKey: keys.designs });
      if (!undone) tell(`Called ${now} now.`, () => rename.mutate({ name: before, before: now, undone: true }));
    },
  });
  const save = () => {
    setEditing(false);
    const next = name.trim();
    if (next && next !== design.name) rename.mutate({ name: next, before: design.name });
  };
  if (editing) {
    return (
      <TextInput
        autoFocus
        size="lg"
        aria-label="Name of the design"
        maxLength={300}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === "Enter") save();
          if (event.key === "Escape") setEditing(false);
        }}
      />
    );
  }
  return (
    <div className={css.nameLine}>
      <h1>{design.name}</h1>
      {may && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label="Rename"
          onClick={() => {
            setName(design.name);
            setEditing(true);
          }}
        >
          <Pencil size={17} aria-hidden />
        </ActionIcon>
      )}
    </div>
  );
}
