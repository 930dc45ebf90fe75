import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";
import { ProblemNote } from "~/ui/ProblemNote";
import { draftQuery } from "./calls";
import { Editor } from "./Editor";
import { Start } from "./Start";

/** Where mockup sets are made: a list to begin from, or one set. */
export function EditorPage() {
  const { set } = useParams();
  return set ? <Opened key={set} set={set} /> : <Start />;
}

function Opened({ set }: { set: string }) {
  const draft = useQuery(draftQuery(set));
  if (draft.data) return <Editor draft={draft.data} />;
  if (draft.isError) return <ProblemNote error={draft.error} again={() => void draft.refetch()} />;
  return (
    <Center h="60vh">
      <Loader role="status" size="sm" aria-label="Opening the set" />
    </Center>
  );
}
