import { Skeleton, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { settingsQuery } from "~/api/queries";
import { Chip, type Tone } from "~/ui/Chip";
import { ProblemNote } from "~/ui/ProblemNote";
import { SectionHead } from "./SectionHead";
import css from "./Settings.module.css";

const SOURCES: Record<string, { words: string; tone: Tone }> = {
  default: { words: "default", tone: "plain" },
  environment: { words: "environment", tone: "accent" },
  file: { words: "settings.toml", tone: "accent" },
  command: { words: "command line", tone: "accent" },
};

/** The server's settings, and where each value is from. */
export function InForce() {
  const found = useQuery(settingsQuery);
  const [search, setSearch] = useState("");
  if (found.isError) return <ProblemNote error={found.error} again={() => void found.refetch()} />;
  if (found.isPending) return <Skeleton height={400} radius="lg" />;
  const part = search.trim().toLowerCase();
  const shown = found.data.filter((one) => `${one.name} ${one.description}`.toLowerCase().includes(part));
  return (
    <>
      <SectionHead
        title="In force"
        words="The server's settings as they are now. They are changed where it runs, then it is started again."
      >
        <TextInput
          aria-label="Search settings"
          placeholder="Search"
          leftSection={<Search size={16} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </SectionHead>
      <ul className={`card ${css.lines}`}>
        {shown.map((one) => (
          <li key={one.name}>
            <div className={css.grow}>
              <code className={css.code}>{one.name}</code>
              <div className="muted">{one.description}</div>
            </div>
            <span className={css.value}>{one.value ?? <span className="muted">not set</span>}</span>
            <Chip tone={SOURCES[one.source]?.tone}>{SOURCES[one.source]?.words}</Chip>
          </li>
        ))}
      </ul>
    </>
  );
}
