import { ActionIcon, Button, Group, Modal, Select, Skeleton, Table, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Trash2, UserPlus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, body } from "~/api/client";
import { invitationsQuery, membersQuery } from "~/api/queries";
import type { Role } from "~/api/schema";
import { useMe } from "~/app/me";
import { tell } from "~/app/toasts";
import { ProblemNote } from "~/ui/ProblemNote";
import { ago, moment } from "~/ui/words";
import { Copied } from "./Copied";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

const ROLES: { value: Role; label: string }[] = [
  { value: "owner", label: "Owner: everything" },
  { value: "member", label: "Member: uploads and decides" },
  { value: "viewer", label: "Viewer: looks" },
];

const NAMES = ROLES.map(({ value, label }) => ({ value, label: label.split(":")[0] ?? label }));

/** Who belongs to the shop. */
export function People() {
  const me = useMe();
  const queries = useQueryClient();
  const [inviting, setInviting] = useState(false);
  const members = useQuery(membersQuery);
  const again = () => queries.invalidateQueries({ queryKey: membersQuery.queryKey });
  const change = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      body(api.PATCH("/api/v1/members/{member}", { params: { path: { member: id } }, body: { role } })),
    onSettled: again,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.DELETE("/api/v1/members/{member}", { params: { path: { member: id } } }),
    onSuccess: () => tell("They belong to the shop no more."),
    onSettled: again,
  });
  if (members.isError) return <ProblemNote error={members.error} again={() => void members.refetch()} />;
  if (members.isPending) return <Skeleton height={200} radius="lg" />;
  return (
    <>
      <SectionHead title="People" words="Who belongs to the shop, and what they may do.">
        <Button leftSection={<UserPlus size={17} aria-hidden />} onClick={() => setInviting(true)}>
          Invite somebody
        </Button>
      </SectionHead>
      <div className={`card ${css.table}`}>
        <Table verticalSpacing="sm" horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Person</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th className={css.wide}>Since</Table.Th>
              <Table.Th aria-label="Remove" />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {members.data.map((one) => (
              <Table.Tr key={one.id}>
                <Table.Td>
                  <strong>{one.name || one.email}</strong>
                  {one.id === me.id && <span className="muted"> (you)</span>}
                  {one.name && <div className="muted">{one.email}</div>}
                </Table.Td>
                <Table.Td>
                  <Select
                    aria-label={`Role of ${one.email}`}
                    data={NAMES}
                    w={120}
                    value={one.role}
                    disabled={change.isPending}
                    onChange={(role) => role && change.mutate({ id: one.id, role: role as Role })}
                  />
                </Table.Td>
                <Table.Td className={css.wide} title={moment(one.since)}>
                  {ago(one.since)}
                </Table.Td>
                <Table.Td>
                  {one.id !== me.id && (
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      aria-label={`Remove ${one.email}`}
                      onClick={() => remove.mutate(one.id)}
                    >
                      <Trash2 size={17} aria-hidden />
                    </ActionIcon>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Invitations />
      {inviting && <Invite close={() => setInviting(false)} />}
    </>
  );
}

function Invitations() {
  const queries = useQueryClient();
  const open = useQuery(invitationsQuery).data ?? [];
  const withdraw = useMutation({
    mutationFn: (id: string) =>
      api.DELETE("/api/v1/invitations/{invitation}", { params: { path: { invitation: id } } }),
    onSettled: () => queries.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
  if (open.length === 0) return null;
  return (
    <>
      <h3 className={css.sub}>Invited</h3>
      <ul className={`card ${css.lines}`}>
        {open.map((one) => (
          <li key={one.id}>
            <span className={css.grow}>
              <strong>{one.email}</strong>
              <span className="muted">
                {" "}
                as {one.role}, by {one.invited_by}; until {moment(one.expires_at)}
              </span>
            </span>
            <Button size="xs" variant="subtle" color="red" onClick={() => withdraw.mutate(one.id)}>
              Withdraw
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}

function Invite({ close }: { close: () => void }) {
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const invite = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/invitations", { body: { email, role } })),
    onSuccess: () => void queries.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate();
  };
  return (
    <Modal opened onClose={close} title="Invite somebody">
      {invite.isSuccess ? (
        <>
          <p>Give this link to {email}. It works once, and is shown only now.</p>
          <Copied text={invite.data.link} label="The link" />
          <Group justify="flex-end" mt="lg">
            <Button onClick={close}>Done</Button>
          </Group>
        </>
      ) : (
        <form onSubmit={submit} className={css.form}>
          <TextInput
            label="E-mail address"
            description="printdock sends no mail: you hand over the link"
            type="email"
            required
            withAsterisk={false}
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <Select label="May" data={ROLES} value={role} onChange={(value) => value && setRole(value as Role)} />
          {invite.isError && <ProblemNote error={invite.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={invite.isPending}>
              Make the link
            </Button>
          </Group>
        </form>
      )}
    </Modal>
  );
}
