import { Button, PasswordInput, SegmentedControl, useMantineColorScheme } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api } from "~/api/client";
import { useMe } from "~/app/me";
import { tell } from "~/app/toasts";
import { ProblemNote } from "~/ui/ProblemNote";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

/** One's own password, and how the pages look. */
export function Account() {
  const me = useMe();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    meta: { quiet: true },
    mutationFn: () => api.POST("/api/v1/me/password", { body: { old, new: next } }),
    onSuccess: () => {
      setOld("");
      setNext("");
      tell("The password is changed. Other places where you were signed in are signed out.");
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <>
      <SectionHead title="Your account" words={`${me.name ? `${me.name}, ` : ""}${me.email}`} />
      <div className={`card ${css.panel}`}>
        <h3 className={css.sub}>Look</h3>
        <SegmentedControl
          value={colorScheme}
          onChange={(value) => setColorScheme(value as "light" | "dark" | "auto")}
          aria-label="Look"
          data={[
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
            { value: "auto", label: "As the system" },
          ]}
        />
      </div>
      <form onSubmit={submit} className={`card ${css.panel} ${css.narrow}`}>
        <h3 className={css.sub}>Password</h3>
        <input type="email" autoComplete="username" value={me.email} readOnly hidden />
        <PasswordInput
          label="The present one"
          description="Leave it empty if you have none yet"
          autoComplete="current-password"
          value={old}
          onChange={(event) => setOld(event.currentTarget.value)}
        />
        <PasswordInput
          label="A new one"
          description="At least 10 characters; a few words are best"
          autoComplete="new-password"
          required
          withAsterisk={false}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {change.isError && <ProblemNote error={change.error} />}
        <Button type="submit" loading={change.isPending}>
          Change the password
        </Button>
      </form>
    </>
  );
}
