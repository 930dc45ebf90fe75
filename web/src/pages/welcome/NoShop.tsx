import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "~/api/client";
import { keys } from "~/api/queries";
import type { MeOut } from "~/api/schema";
import { become } from "~/api/session";
import { ProblemNote } from "~/ui/ProblemNote";
import { Front } from "./Front";
import css from "./Front.module.css";

/** For somebody who has an account but belongs to no shop. */
export function NoShop({ me }: { me: MeOut }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const leave = useMutation({
    mutationFn: () => api.DELETE("/api/v1/session"),
    onSuccess: () => become(queries, null),
  });
  const make = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.POST("/api/v1/shops", { body: { name } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.me }),
  });
  return (
    <Front
      title="You belong to no shop"
      lead={
        <>
          You are signed in as <strong>{me.email}</strong>. Ask a shop's owner to invite you, or begin a shop of your
          own.
        </>
      }
    >
      <form
        className={css.fields}
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextInput
          label="Name of the shop"
          description="Also its folder in the storage"
          size="md"
          required
          withAsterisk={false}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {make.isError && <ProblemNote error={make.error} />}
        <Button type="submit" size="md" loading={make.isPending}>
          Begin the shop
        </Button>
        <Button variant="subtle" onClick={() => leave.mutate()}>
          Sign out
        </Button>
      </form>
    </Front>
  );
}
