import { Center } from "@mantine/core";
import { useRouteError } from "react-router";
import { ProblemNote } from "~/ui/ProblemNote";

/** In place of a page that could not be shown. A page of an older build asks for files that are gone: loading helps. */
export function Fault() {
  return (
    <Center mih="60vh" p="lg">
      <ProblemNote error={useRouteError()} again={() => location.reload()} />
    </Center>
  );
}
