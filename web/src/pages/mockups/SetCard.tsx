import { ActionIcon, Button, Group, Menu, Modal, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Ellipsis, PencilRuler, Shirt, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { SetOut } from "~/api/schema";
import { tell } from "~/app/toasts";
import { Art } from "~/ui/Art";
import { many } from "~/ui/words";
import css from "./Mockups.module.css";

export function SetCard({ set, may }: { set: SetOut; may: boolean }) {
  const [asking, setAsking] = useState(false);
  const colours = new Set(set.pictures.flatMap((picture) => picture.colours));
  return (
    <li className={`card ${css.set}`}>
      <Art
        src={set.cover}
        alt={`A photo of ${set.name}`}
        ratio={4 / 3}
        fit="cover"
        ground="none"
        className={css.cover}
      />
      <div className={css.setText}>
        <div className={css.setHead}>
          <h3>{set.name}</h3>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" aria-label={`More about ${set.name}`}>
                <Ellipsis size={18} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {may && (
                <Menu.Item
                  component={Link}
                  to={`/mockups/editor/${set.id}`}
                  leftSection={<PencilRuler size={16} aria-hidden />}
                >
                  Edit
                </Menu.Item>
              )}
              <Menu.Item
                component="a"
                href={`/api/v1/mockup-sets/${set.id}/pack.zip`}
                download
                leftSection={<Download size={16} aria-hidden />}
              >
                Export the pack
              </Menu.Item>
              {may && (
                <Menu.Item color="red" leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setAsking(true)}>
                  Remove
                </Menu.Item>
              )}
            </Menu.Dropdown>
          </Menu>
        </div>
        <p className="muted">
          {many(set.pictures.length, "photo")}
          {colours.size > 0 && ` · ${many(colours.size, "colour")}`}
          {set.template && ` · for ${set.template}`}
        </p>
        {may && (
          <Button
            component={Link}
            to={`/mockups/render?set=${encodeURIComponent(set.name)}`}
            size="xs"
            variant="light"
            leftSection={<Shirt size={15} aria-hidden />}
          >
            Render
          </Button>
        )}
      </div>
      <RemoveSet set={set} open={asking} close={() => setAsking(false)} />
    </li>
  );
}

function RemoveSet({ set, open, close }: { set: SetOut; open: boolean; close: () => void }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      body(api.DELETE("/api/v1/mockup-sets/{mockup_set}", { params: { path: { mockup_set: set.id } } })),
    onSuccess: () => {
      close();
      void queries.invalidateQueries({ queryKey: keys.sets });
      tell(`${set.name} is removed.`);
    },
  });
  return (
    <Modal opened={open} onClose={close} title={`Remove ${set.name}?`}>
      <Text size="sm">
        Its photos and print areas go. Mockups that were rendered on it stay. Export the pack first if you may want it
        back.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={close}>
          Keep it
        </Button>
        <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
          Remove
        </Button>
      </Group>
    </Modal>
  );
}
