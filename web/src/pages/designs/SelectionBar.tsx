import { Button, CloseButton, Menu } from "@mantine/core";
import { Download, FileImage, Shirt } from "lucide-react";
import { Link } from "react-router";
import { useMay } from "~/app/me";
import { useDownload } from "~/ui/useDownload";
import { many } from "~/ui/words";
import css from "./Designs.module.css";
import { selection, useSelection } from "./selection";

/** What can be done with the designs that are picked. */
export function SelectionBar() {
  const picked = useSelection();
  const may = useMay("write");
  if (picked.size === 0) return null;
  return (
    <div className={css.bar} role="toolbar" aria-label="Picked designs">
      <strong className="number">{many(picked.size, "design")} picked</strong>
      {may && (
        <Button component={Link} to="/mockups/render" size="sm" leftSection={<Shirt size={16} aria-hidden />}>
          Render mockups
        </Button>
      )}
      <DownloadMenu designs={[...picked.keys()]} />
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
