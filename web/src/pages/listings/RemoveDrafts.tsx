import { Button, Checkbox, Group, Modal } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { etsyQuery } from "~/api/listings";
import { ProblemNote } from "~/ui/ProblemNote";
import { many } from "~/ui/words";
import css from "./Listings.module.css";

/** Drafts by their ids, or all that a job made. */
export type Removing = { listings: string[] } | { job: string };

/** Asks before drafts are deleted at Etsy, then shows how that goes. */
export function RemoveDrafts({ what, close }: { what: Removing; close: () => void }) {
  const navigate = useNavigate();
  const etsy = useQuery(etsyQuery).data;
  const [edited, setEdited] = useState(false);
  const remove = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/listings/remove", { body: { ...what, edited, priority: "normal" } })),
    onSuccess: (job) => {
      close();
      void navigate(`/listings/runs/${job.id}`);
    },
  });
  const which = "job" in what ? "the drafts that were made" : many(what.listings.length, "draft");
  const may = etsy?.can_delete_drafts !== false;
  return (
    <Modal opened onClose={close} title={`Delete ${which} at Etsy?`}>
      <p className={css.flush}>
        Only drafts are deleted: listings that were published stay. Designs, mockups and edits stay here, so that the
        drafts can be made anew.
      </p>
      {may ? (
        <Checkbox
          mt="md"
          label="Also those that were changed at Etsy since"
          checked={edited}
          onChange={(event) => setEdited(event.currentTarget.checked)}
        />
      ) : (
        <p className={css.warn}>
          The shop was connected without the right to delete. <Link to="/settings/etsy">Connect it again</Link> first.
        </p>
      )}
      {remove.isError && <ProblemNote error={remove.error} />}
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button color="red" disabled={!may} loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete at Etsy
        </Button>
      </Group>
    </Modal>
  );
}
