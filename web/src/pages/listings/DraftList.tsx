import { ActionIcon, Button, Checkbox, Menu } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, ExternalLink, RotateCw, Trash2, Undo2 } from "lucide-react";
import { Link } from "react-router";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { ListingOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { Art } from "~/ui/Art";
import { Chip } from "~/ui/Chip";
import { ago, duration, moment } from "~/ui/words";
import css from "./DraftList.module.css";
import { plainly } from "./problems";
import { mayRemove, mayRetry, stateOf } from "./states";

interface Props {
  drafts: ListingOut[];
  /** Null: nothing can be picked. */
  picked: ReadonlySet<string> | null;
  pick: (id: string) => void;
  remove: (ids: string[]) => void;
}

/** Drafts as they stand at Etsy, with what can be done about each. */
export function DraftList({ drafts, picked, pick, remove }: Props) {
  return (
    <ul className={`card ${css.list}`} aria-label="Drafts">
      {drafts.map((one) => (
        <DraftEntry key={one.id} one={one} picked={picked} pick={pick} remove={remove} />
      ))}
    </ul>
  );
}

function DraftEntry({ one, picked, pick, remove }: Omit<Props, "drafts"> & { one: ListingOut }) {
  const state = stateOf(one);
  const title = one.title ?? one.name;
  return (
    <li className={css.row} aria-label={`No. ${one.number}, ${one.name}`}>
      {picked && (
        <Checkbox
          aria-label={`Pick No. ${one.number}`}
          checked={picked.has(one.id)}
          disabled={!mayRemove(one)}
          onChange={() => pick(one.id)}
        />
      )}
      <Art src={one.thumbnail} alt="" ratio={1} className={css.picture} />
      <div className={css.text}>
        <span className={css.title}>
          <Link to={`/designs/${one.design}`}>{title}</Link>
        </span>
        <span className={css.words}>
          <span className="number">No. {one.number}</span> · {one.template} ·{" "}
          <span title={moment(one.updated_at)}>{ago(one.updated_at)}</span>
          {one.next_try_at && <NextTry at={one.next_try_at} />}
        </span>
        {one.problem && one.state !== "done" && (
          <span className={css.problem}>
            {one.problem.message} {one.state !== "ask" && plainly(one.problem.remedy)}
          </span>
        )}
        {one.removal === "edited" && (
          <span className={css.words}>It was not deleted: you have changed it at Etsy since.</span>
        )}
        {one.notes.map((note) => (
          <span key={note} className={css.note}>
            {note}
          </span>
        ))}
        {one.state === "ask" && <Settle one={one} />}
      </div>
      <Chip tone={state.tone}>{state.words}</Chip>
      {one.etsy_url && one.etsy_listing !== null && (
        <a className={`${css.etsy} number`} href={one.etsy_url} target="_blank" rel="noreferrer">
          {one.etsy_listing} <ExternalLink size={13} aria-hidden />
          <span className="visually-hidden"> at Etsy</span>
        </a>
      )}
      <Actions one={one} remove={remove} />
    </li>
  );
}

function NextTry({ at }: { at: string }) {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  if (seconds < 2) return null;
  return <span title={moment(at)}> · next try in {duration(seconds)}</span>;
}

function Actions({ one, remove }: { one: ListingOut; remove: (ids: string[]) => void }) {
  const may = useMay("write");
  const queries = useQueryClient();
  const params = { path: { listing: one.id } };
  const settled = () => {
    void queries.invalidateQueries({ queryKey: keys.listings });
    void queries.invalidateQueries({ queryKey: keys.jobs });
  };
  const retry = useMutation({
    mutationFn: () => body(api.POST("/api/v1/listings/{listing}/retry", { params })),
    onSettled: settled,
  });
  const undo = useMutation({
    mutationFn: () => body(api.POST("/api/v1/listings/{listing}/undo", { params })),
    onSuccess: () => tell(`The last change of No. ${one.number} is being undone.`),
    onSettled: settled,
  });
  if (!may) return null;
  const nothing = !mayRetry(one) && !one.last_change_at && !mayRemove(one);
  return (
    <Menu position="bottom-end" disabled={nothing}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" disabled={nothing} aria-label={`More about No. ${one.number}`}>
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayRetry(one) && (
          <Menu.Item leftSection={<RotateCw size={16} aria-hidden />} onClick={() => retry.mutate()}>
            {one.state === "gone" ? "Make it anew" : "Try again"}
          </Menu.Item>
        )}
        {one.last_change_at && (
          <Menu.Item leftSection={<Undo2 size={16} aria-hidden />} onClick={() => undo.mutate()}>
            Undo the change of {ago(one.last_change_at)}
          </Menu.Item>
        )}
        {mayRemove(one) && (
          <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => remove([one.id])}>
            Delete it at Etsy
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Several drafts at Etsy could be this one: a person says which. */
function Settle({ one }: { one: ListingOut }) {
  const may = useMay("write");
  const queries = useQueryClient();
  const settle = useMutation({
    mutationFn: (etsy_listing: number | null) =>
      body(
        api.POST("/api/v1/listings/{listing}/settle", {
          params: { path: { listing: one.id } },
          body: { etsy_listing },
        }),
      ),
    onSuccess: () => tell("Settled. Try again goes on with it."),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.listings }),
  });
  if (!may) return null;
  return (
    <span className={css.settle}>
      {one.candidates.map((number) => (
        <Button key={number} size="compact-xs" variant="default" onClick={() => settle.mutate(number)}>
          It is {number}
        </Button>
      ))}
      <Button size="compact-xs" variant="default" onClick={() => settle.mutate(null)}>
        None of them
      </Button>
    </span>
  );
}
