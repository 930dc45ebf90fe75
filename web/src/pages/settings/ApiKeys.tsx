import { Button, Checkbox, Group, Modal, Select, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, body } from "~/api/client";
import { apiKeysQuery } from "~/api/queries";
import type { KeyOut, Scope } from "~/api/schema";
import { tell } from "~/app/toasts";
import { Chip } from "~/ui/Chip";
import { EmptyState } from "~/ui/EmptyState";
import { ProblemNote } from "~/ui/ProblemNote";
import { ago, moment } from "~/ui/words";
import { Copied } from "./Copied";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

const SCOPES: { value: Scope; label: string }[] = [
  { value: "read", label: "Read: designs, mockups, jobs" },
  { value: "upload", label: "Upload designs" },
  { value: "write", label: "Write: decide, rename, render" },
  { value: "admin", label: "Admin: people, keys, templates" },
];

/** What scripts sign in with. */
export function ApiKeys() {
  const queries = useQueryClient();
  const found = useQuery(apiKeysQuery);
  const [making, setMaking] = useState(false);
  const revoke = useMutation({
    mutationFn: (one: KeyOut) => api.DELETE("/api/v1/keys/{key}", { params: { path: { key: one.id } } }),
    onSuccess: (_done, one) => tell(`${one.name} is revoked.`),
    onSettled: () => queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  });
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={200} radius="lg" />;
  return (
    <>
      <SectionHead title="API keys" words="What scripts sign in with. Each may do only what it was made for.">
        <Button leftSection={<Plus size={17} aria-hidden />} onClick={() => setMaking(true)}>
          New key
        </Button>
      </SectionHead>
      {found.data.length === 0 ? (
        <EmptyState
          icon={KeyRound}
          title="No keys"
          words="A key lets a script upload designs or read what the shop has."
        />
      ) : (
        <ul className={`card ${css.lines}`}>
          {found.data.map((one) => (
            <li key={one.id}>
              <div className={css.grow}>
                <strong>{one.name}</strong> <code className={css.code}>{one.prefix}…</code>
                <div className="muted">
                  {one.scopes.join(", ")} · made {ago(one.created_at)} by {one.created_by} ·{" "}
                  {one.used_at ? `used ${ago(one.used_at)}` : "never used"}
                  {one.expires_at && !one.revoked_at ? ` · until ${moment(one.expires_at)}` : ""}
                </div>
              </div>
              {one.revoked_at ? (
                <Chip>Revoked</Chip>
              ) : (
                <Button size="xs" variant="subtle" color="red" onClick={() => revoke.mutate(one)}>
                  Revoke
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {making && <NewKeyForm close={() => setMaking(false)} />}
    </>
  );
}

const LASTS = [
  { value: "30", label: "30 days" },
  { value: "365", label: "A year" },
  { value: "", label: "Until it is revoked" },
];

function NewKeyForm({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["read", "upload"]);
  const [days, setDays] = useState("365");
  const make = useMutation({
    meta: { quiet: true },
    mutationFn: () => {
      const expires_at = days ? new Date(Date.now() + Number(days) * 86_400_000).toISOString() : null;
      return body(api.POST("/api/v1/keys", { body: { name, scopes: scopes as Scope[], expires_at } }));
    },
    onSuccess: () => void queries.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <Modal opened onClose={close} title={make.isSuccess ? "Take the key along" : "New key"}>
      {make.isSuccess ? (
        <>
          <p>It is shown only now: nobody can read it again.</p>
          <Copied text={make.data.key} label="The key" />
          <Group justify="flex-end" mt="lg">
            <Button onClick={close}>Done</Button>
          </Group>
        </>
      ) : (
        <form onSubmit={submit} className={css.form}>
          <TextInput
            label="What it is for"
            placeholder="NAS uploader"
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Checkbox.Group label="It may" value={scopes} onChange={setScopes}>
            <div className={css.switches}>
              {SCOPES.map((one) => (
                <Checkbox key={one.value} value={one.value} label={one.label} />
              ))}
            </div>
          </Checkbox.Group>
          <Select label="It works for" data={LASTS} value={days} onChange={(value) => setDays(value ?? "")} />
          {make.isError && <ProblemNote error={make.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={make.isPending} disabled={scopes.length === 0}>
              Make the key
            </Button>
          </Group>
        </form>
      )}
    </Modal>
  );
}
