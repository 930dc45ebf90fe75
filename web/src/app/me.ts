import { createContext, useContext } from "react";
import type { MeOut, Scope } from "~/api/schema";

export const MeContext = createContext<MeOut | null>(null);

/** Who is signed in. Only below the shell. */
export function useMe(): MeOut {
  const me = useContext(MeContext);
  if (!me) throw new Error("useMe is for pages of people who are signed in");
  return me;
}

/** Whether the person may do such things in the current shop. */
export function useMay(scope: Scope): boolean {
  return useMe().scopes.includes(scope);
}
