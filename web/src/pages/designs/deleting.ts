import type { QueryClient } from "@tanstack/react-query";
import { api, body } from "~/api/client";
import { keys } from "~/api/queries";
import type { DesignOut } from "~/api/schema";
import { tell, tellProblem } from "~/app/toasts";
import { many } from "~/ui/words";
import { selection } from "./selection";

/** Requests on their way at the same time. */
const PARALLEL = 4;

/** Delete designs, and offer to bring them back. */
export async function deleteDesigns(designs: DesignOut[], client: QueryClient): Promise<void> {
  const done = await each(designs, client, (design) =>
    body(api.DELETE("/api/v1/designs/{design}", { params: { path: { design } } })),
  );
  if (done.length > 0) tell(`Deleted: ${nameOf(done)}`, () => void restoreDesigns(done, client));
}

/** Bring deleted designs back. */
export async function restoreDesigns(designs: DesignOut[], client: QueryClient): Promise<void> {
  const done = await each(designs, client, (design) =>
    body(api.POST("/api/v1/designs/{design}/restore", { params: { path: { design } } })),
  );
  if (done.length > 0) tell(`Back: ${nameOf(done)}`);
}

/** Answers those that it worked for; says why it did not for the first of the others. */
async function each(
  designs: DesignOut[],
  client: QueryClient,
  call: (design: string) => Promise<unknown>,
): Promise<DesignOut[]> {
  selection.clear();
  const waiting = [...designs];
  const done: DesignOut[] = [];
  let problem: unknown = null;
  const one = async () => {
    for (let design = waiting.shift(); design; design = waiting.shift()) {
      try {
        await call(design.id);
        done.push(design);
      } catch (error) {
        problem ??= error;
      }
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, one));
  if (problem) tellProblem(problem);
  await Promise.all([
    client.invalidateQueries({ queryKey: keys.designs }),
    client.invalidateQueries({ queryKey: keys.duplicates }),
    client.invalidateQueries({ queryKey: keys.mockups }),
  ]);
  return done;
}

function nameOf(designs: DesignOut[]): string {
  return designs.length === 1 ? (designs[0]?.name ?? "") : many(designs.length, "design");
}
