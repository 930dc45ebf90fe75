import { Center, Loader } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { whenSignedOut } from "~/api/client";
import { meQuery } from "~/api/queries";
import { become } from "~/api/session";
import { ProblemNote } from "~/ui/ProblemNote";
import { Shell } from "./Shell";

const SignIn = lazy(async () => ({ default: (await import("~/pages/welcome/SignIn")).SignIn }));
const NoShop = lazy(async () => ({ default: (await import("~/pages/welcome/NoShop")).NoShop }));

/** The pages for those who are signed in, the sign-in page in their place for others. The address stays. */
export function Gate() {
  const queries = useQueryClient();
  useEffect(() => whenSignedOut(() => become(queries, null)), [queries]);
  const me = useQuery(meQuery);
  if (me.isPending) {
    return (
      <Center h="100dvh">
        <Loader role="status" size="sm" aria-label="Loading" />
      </Center>
    );
  }
  if (me.isError) {
    return (
      <Center h="100dvh" p="lg">
        <ProblemNote error={me.error} again={() => void me.refetch()} />
      </Center>
    );
  }
  if (!me.data?.shop) return <Suspense fallback={null}>{me.data ? <NoShop me={me.data} /> : <SignIn />}</Suspense>;
  return <Shell key={me.data.shop.id} me={me.data} />;
}
