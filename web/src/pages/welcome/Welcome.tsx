import { Button, Center, Loader, PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { api, body } from "~/api/client";
import type { LinkOut } from "~/api/schema";
import { become } from "~/api/session";
import { ProblemNote } from "~/ui/ProblemNote";
import { Front } from "./Front";
import css from "./Front.module.css";

/** Where a one-time link leads: the first account, an invitation, or a way back in. */
export function Welcome() {
  // The token stands after #, so that no server or proxy ever logs it. It is kept out of the history, too.
  const [token] = useState(() => location.hash.slice(1));
  const look = useQuery({
    queryKey: ["link", token],
    queryFn: ({ signal }) => body(api.POST("/api/v1/links/look", { body: { token }, signal })),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (look.isPending) {
    return (
      <Center h="100dvh">
        <Loader role="status" size="sm" aria-label="Loading" />
      </Center>
    );
  }
  if (look.isError) {
    return (
      <Front title="This link does not work" lead="Each link works once, and only for a while.">
        <ProblemNote error={look.error} />
        <Button component="a" href="/" mt="lg" variant="default">
          Sign in
        </Button>
      </Front>
    );
  }
  return <LinkForm token={token} link={look.data} />;
}

const TITLES = { owner: "Make your account", invite: "You are invited", sign_in: "Welcome back" };

function LinkForm({ token, link }: { token: string; link: LinkOut }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [email, setEmail] = useState(link.email ?? "");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const use = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      body(
        api.POST("/api/v1/links/use", {
          body: { token, email: link.email ? null : email, name: name || null, password: password || null },
        }),
      ),
    onSuccess: (me) => {
      become(queries, me);
      void navigate(link.kind === "owner" ? "/upload" : "/designs", { replace: true });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    use.mutate();
  };
  return (
    <Front title={TITLES[link.kind]} lead={leadOf(link)}>
      <form onSubmit={submit} className={css.fields}>
        {!link.email && (
          <TextInput
            label="E-mail address"
            type="email"
            autoComplete="username"
            size="md"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
        )}
        {link.kind !== "sign_in" && (
          <TextInput
            label="Your name"
            description="As others of the shop see it"
            autoComplete="name"
            size="md"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        )}
        <PasswordInput
          label={link.kind === "sign_in" ? "New password, if you want one" : "Password"}
          description={
            link.kind === "invite"
              ? "If you have an account here, its present password"
              : "At least 10 characters; a few words are best"
          }
          autoComplete="new-password"
          size="md"
          required={link.kind !== "sign_in"}
          withAsterisk={false}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {use.isError && <ProblemNote error={use.error} />}
        <Button type="submit" size="md" loading={use.isPending}>
          {link.kind === "owner" ? "Make the account" : link.kind === "invite" ? "Join the shop" : "Sign in"}
        </Button>
      </form>
    </Front>
  );
}

function leadOf(link: LinkOut) {
  if (link.kind === "owner") {
    return (
      <>
        You will own the shop <strong>{link.shop}</strong> on this server. Others come in when you invite them.
      </>
    );
  }
  if (link.kind === "invite") {
    const may = { owner: "run the shop", member: "upload and decide", viewer: "look around" }[link.role];
    return (
      <>
        <strong>{link.shop}</strong> invites {link.email}. You may {may} there.
      </>
    );
  }
  return <>Signing in as {link.email}.</>;
}
