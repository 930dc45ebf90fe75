import { Button, Modal } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { PackagePlus } from "lucide-react";
import { useRef } from "react";
import { getCsrfToken } from "~/api/client";
import { Problem } from "~/api/problem";
import { keys } from "~/api/queries";
import type { ImportOut } from "~/api/schema";
import { tell } from "~/app/toasts";
import { ProblemNote } from "~/ui/ProblemNote";

/** Takes in a mockup pack, a ZIP file. What is wrong with it is said line by line. */
export function ImportPack() {
  const queries = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const take = useMutation({
    meta: { quiet: true },
    mutationFn: sendPack,
    onSuccess: (now) => {
      void queries.invalidateQueries({ queryKey: keys.sets });
      const warnings = now.warnings.length ? ` ${now.warnings.map((one) => one.message).join(" ")}` : "";
      tell((now.changed ? `${now.set.name} is here.` : `${now.set.name} was here already, just so.`) + warnings);
    },
  });
  return (
    <>
      <Button
        variant="default"
        leftSection={<PackagePlus size={17} aria-hidden />}
        loading={take.isPending}
        onClick={() => input.current?.click()}
      >
        Import a pack
      </Button>
      <input
        ref={input}
        type="file"
        accept=".zip,application/zip"
        hidden
        aria-label="Mockup pack"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) take.mutate(file);
          event.currentTarget.value = "";
        }}
      />
      <Modal opened={take.isError} onClose={() => take.reset()} title="The pack was not taken in" size="lg">
        {take.isError && <ProblemNote error={take.error} />}
      </Modal>
    </>
  );
}

async function sendPack(file: File): Promise<ImportOut> {
  const response = await fetch("/api/v1/mockup-sets", {
    method: "POST",
    headers: { "Content-Type": "application/zip", "X-CSRF-Token": getCsrfToken() },
    body: file,
  }).catch((error) => {
    throw Problem.away(error);
  });
  if (!response.ok) throw await Problem.of(response);
  return (await response.json()) as ImportOut;
}
