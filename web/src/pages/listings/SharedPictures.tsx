import { Button, CloseButton, FileButton, Menu } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ImagePlus, Plus } from "lucide-react";
import { api, body } from "~/api/client";
import { sharedPicturesQuery } from "~/api/listings";
import { Art } from "~/ui/Art";
import css from "./SharedPictures.module.css";

/** Pictures that all drafts of a template show, such as a size chart: chosen among those of the shop, or added. */
export function SharedPictures({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const queries = useQueryClient();
  const found = useQuery(sharedPicturesQuery);
  const known = found.data ?? [];
  const others = known.filter((one) => !value.includes(one.name));
  const send = useMutation({
    mutationFn: (file: File) =>
      body(
        api.POST("/api/v1/listings/pictures", {
          params: { query: { name: file.name } },
          body: file as never,
          bodySerializer: (one: unknown) => one as Blob,
          headers: { "Content-Type": "application/octet-stream" },
        }),
      ),
    onSuccess: (one) => {
      onChange([...value.filter((name) => name !== one.name), one.name]);
      void queries.invalidateQueries({ queryKey: sharedPicturesQuery.queryKey });
    },
  });
  return (
    <fieldset className={css.whole}>
      <legend className={css.label}>Shared pictures</legend>
      <ul className={css.list}>
        {value.map((name) => {
          const one = known.find((picture) => picture.name === name);
          return (
            <li key={name}>
              <Art src={one?.url} alt="" ratio={1} ground="light" />
              <span className={css.name} data-missing={found.isSuccess && !one}>
                {name}
                {found.isSuccess && !one && ": not there"}
              </span>
              <CloseButton
                className={css.out}
                size="sm"
                aria-label={`Leave out ${name}`}
                onClick={() => onChange(value.filter((other) => other !== name))}
              />
            </li>
          );
        })}
        <li>
          <Menu>
            <Menu.Target>
              <Button
                id="shared_pictures"
                variant="default"
                loading={send.isPending}
                className={css.add}
                aria-label="Add a shared picture"
              >
                <Plus size={20} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {others.map((one) => (
                <Menu.Item key={one.name} onClick={() => onChange([...value, one.name])}>
                  {one.name}
                </Menu.Item>
              ))}
              {others.length > 0 && <Menu.Divider />}
              <FileButton onChange={(file) => file && send.mutate(file)} accept="image/jpeg,image/png">
                {(props) => (
                  <Menu.Item {...props} closeMenuOnClick={false} leftSection={<ImagePlus size={16} aria-hidden />}>
                    From this computer
                  </Menu.Item>
                )}
              </FileButton>
            </Menu.Dropdown>
          </Menu>
        </li>
      </ul>
    </fieldset>
  );
}
