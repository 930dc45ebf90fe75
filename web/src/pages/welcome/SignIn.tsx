import { Button, Divider, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { api, body } from "~/api/client";
import { become } from "~/api/session";
import { ProblemNote } from "~/ui/ProblemNote";
import { Front } from "./Front";
import css from "./Front.module.css";

/** In place of any page, for somebody who is not signed in: that page follows. */
export function SignIn() {
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const ways = useQuery({
    queryKey: ["sign-in"],
    queryFn: ({ signal }) => body(api.GET("/api/v1/sign-in", { signal })),
  });
  const enter = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/session", { body: { email, password } })),
    onSuccess: (me) => {
      become(queries, me);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    enter.mutate();
  };
  return (
    <Front title="Sign in" lead="Welcome back.">
      <form onSubmit={submit} className={css.fields}>
        <TextInput
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          size="md"
          required
          withAsterisk={false}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          size="md"
          required
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {enter.isError && <ProblemNote error={enter.error} />}
        <Button type="submit" size="md" loading={enter.isPending}>
          Sign in
        </Button>
      </form>
      {ways.data?.oidc && (
        <>
          <Divider my="lg" label="or" />
          <Button
            component="a"
            href={`/api/v1/oidc/start?then=${encodeURIComponent(location.pathname + location.search)}`}
            size="md"
            variant="default"
            fullWidth
          >
            Sign in with {ways.data.oidc}
          </Button>
        </>
      )}
      <p className={css.lead} style={{ marginTop: 26, fontSize: "0.9rem" }}>
        No password, or forgotten? An owner of the shop makes you a new link with <code>printdock users link</code>.
      </p>
    </Front>
  );
}
