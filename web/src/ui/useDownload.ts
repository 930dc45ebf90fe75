import { useMutation } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import type { DownloadIn } from "~/api/schema";
import { tell } from "~/app/toasts";
import { bytes, many } from "./words";

type Wanted = Partial<DownloadIn> & Pick<DownloadIn, "what">;

/** Many files as one ZIP file: chosen on the server, then fetched by the browser itself, which shows how far it is. */
export function useDownload() {
  return useMutation({
    mutationFn: (wanted: Wanted) => body(api.POST("/api/v1/downloads", { body: wanted as DownloadIn })),
    onSuccess: (ready) => {
      fetchFile(ready.url, ready.name);
      const missing = ready.missing ? ` ${many(ready.missing, "print file is", "print files are")} missing.` : "";
      tell(`${ready.name}: ${many(ready.files, "file")}, ${bytes(ready.bytes)}.${missing}`);
    },
  });
}

function fetchFile(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
