import { ActionIcon, TextInput, Tooltip } from "@mantine/core";
import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";

/** A text that is shown once, to be taken along. The clipboard exists on secure addresses only: else it is selected. */
export function Copied({ text, label }: { text: string; label: string }) {
  const field = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState(false);
  const copy = async () => {
    field.current?.select();
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      setDone(true);
    }
  };
  return (
    <TextInput
      ref={field}
      readOnly
      aria-label={label}
      value={text}
      onFocus={(event) => event.currentTarget.select()}
      styles={{ input: { fontFamily: "ui-monospace, monospace", fontSize: "0.85rem" } }}
      rightSection={
        <Tooltip label={done ? "Copied" : "Copy"}>
          <ActionIcon variant="subtle" color="gray" aria-label="Copy" onClick={() => void copy()}>
            {done ? <Check size={16} aria-hidden /> : <Copy size={16} aria-hidden />}
          </ActionIcon>
        </Tooltip>
      }
    />
  );
}
