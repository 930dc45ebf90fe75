import { Button, CloseButton, Menu } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { Download, FileImage, Shirt, Tags, Trash2, Undo2 } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "~/app/me";
import { useDownload } from "~/ui/useDownload";
import { many } from "~/ui/words";
import css from "./Designs.module.css";
import { deleteDesigns, restoreDesigns } from "./deleting";
import { selection, useSelection } from "./selection";

/** What can be done with the designs that are picked. */
export function SelectionBar() {
  const picked = useSelection();
  const queries = useQueryClient();
  const may = useMay("write");
  const all = [...picked.values()];
  const gone = all.filter((one) => one.deleted_at !== null);
  const here = all.filter((one) => one.deleted_at === null);
  useHotkeys([
    ["Delete", () => may && here.length > 0 && void deleteDesigns(here, queries)],
    ["Escape", () => selection.clear()],
  ]);
  if (picked.size === 0) return null;
  return (
    <div className={css.bar} role="toolbar" aria-label="Picked designs">
      <strong className="number">{many(picked.size, "design")} picked</strong>
      {may && gone.length === 0 && (
        <Button component={Link} to="/mockups/render" size="sm" leftSection={<Shirt size={16} aria-hidden />}>
          Render mockups
        </Button>
      )}
      {may && gone.length === 0 && (
        <Button
          component={Link}
          to="/listings/new"
          size="sm"
          variant="default"
          leftSection={<Tags size={16} aria-hidden />}
        >
          Make drafts
        </Button>
      )}
      {here.length > 0 && <DownloadMenu designs={here.map((one) => one.id)} />}
      {may && here.length > 0 && (
        <Button
          variant="default"
          size="sm"
          leftSection={<Trash2 size={16} aria-hidden />}
          onClick={() => void deleteDesigns(here, queries)}
        >
          Delete
        </Button>
      )}
      {may && gone.length > 0 && (
        <Button
          variant="default"
          size="sm"
          leftSection={<Undo2 size={16} aria-hidden />}
          onClick={() => void restoreDesigns(gone, queries)}
        >
          Bring back
        </Button>
      )}
      <CloseButton aria-label="Pick none" onClick={() => selection.clear()} />
    </div>
  );
}

function DownloadMenu({ designs }: { designs: string[] }) {
  const download = useDownload();
  return (
    <Menu position="top-end">
      <Menu.Target>
        <Button
          size="sm"
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          loading={download.isPending}
        >
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<FileImage size={16} aria-hidden />}
          onClick={() => download.mutate({ what: "print_files", designs })}
        >
          Print files
        </Menu.Item>
        <Menu.Item
          leftSection={<Shirt size={16} aria-hidden />}
          onClick={() => download.mutate({ what: "mockups", designs })}
        >
          Mockups
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
