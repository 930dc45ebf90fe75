import { Button, Radio, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink, Link2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { api, body } from "~/api/client";
import { etsyQuery } from "~/api/listings";
import { keys } from "~/api/queries";
import type { ConnectOut, EtsyConnectionOut } from "~/api/schema";
import { useMay } from "~/app/me";
import { tell } from "~/app/toasts";
import { ProblemNote } from "~/ui/ProblemNote";
import { Copied } from "./Copied";
import { asProblem, onPage } from "./etsyProblem";
import css from "./Settings.module.css";

type Way = "own" | "settings";

/** Connect the shop, in the order in which it is done: the app's keys, its callback, the seller's yes. */
export function EtsyConnect({ now }: { now: EtsyConnectionOut }) {
  const admin = useMay("admin");
  if (!admin) {
    return (
      <p className="muted">Somebody who may do everything in this shop has to connect it to Etsy: its owner, say.</p>
    );
  }
  return (
    <section className={`card ${css.panel}`} aria-labelledby="connect">
      <h3 id="connect" className={css.sub}>
        {now.shop ? "Connect it again" : "Connect your shop"}
      </h3>
      {now.connected && (
        <p className={css.flush}>
          It was connected by an older printdock, and may not do all it could: {now.missing_scopes.join(", ")} is not
          allowed yet, so drafts cannot be deleted from here.
        </p>
      )}
      {now.app ? <NoKeys now={now} /> : <Begin now={now} />}
    </section>
  );
}

function NoKeys({ now }: { now: EtsyConnectionOut }) {
  return (
    <>
      {now.app && <ProblemNote error={asProblem(now.app)} />}
      <ol className={css.steps}>
        <li>
          Create an app for yourself at{" "}
          <a href="https://www.etsy.com/developers/register" target="_blank" rel="noreferrer">
            etsy.com/developers
          </a>
          : “personal access” is enough for up to five shops of your own. As its callback address enter
          <Copied text={now.own_redirect} label="Callback address of this server" />
        </li>
        <li>
          Put its keystring and shared secret into <code className={css.code}>settings.toml</code> in printdock's home
          on the server, as <code className={css.code}>ETSY_KEYSTRING</code> and{" "}
          <code className={css.code}>ETSY_SHARED_SECRET</code>, and start the server again.
        </li>
        <li>Come back here.</li>
      </ol>
    </>
  );
}

function Begin({ now }: { now: EtsyConnectionOut }) {
  const [way, setWay] = useState<Way>(now.own_redirect.startsWith("https:") || now.comes_back ? "own" : "settings");
  const begin = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/etsy/connection", { body: { own_redirect: way === "own" } })),
    onSuccess: (asked) => leave(asked),
  });
  return (
    <>
      {now.comes_back ? (
        <p className={css.flush}>
          Your app at Etsy has to know this callback address, letter by letter:
          <Copied text={now.own_redirect} label="Callback address of this server" />
        </p>
      ) : (
        <Radio.Group
          label="Which callback address does your app at Etsy know?"
          value={way}
          onChange={(value) => setWay(value as Way)}
          className={css.ways}
        >
          <Radio
            value="own"
            label="This server's: the browser comes back by itself"
            description={<span className={css.code}>{now.own_redirect}</span>}
          />
          <Radio
            value="settings"
            label="The one of the settings: you paste where you landed"
            description={<span className={css.code}>{now.redirect}</span>}
          />
        </Radio.Group>
      )}
      <Button
        leftSection={<Link2 size={17} aria-hidden />}
        loading={begin.isPending || (begin.isSuccess && begin.data.comes_back)}
        onClick={() => begin.mutate()}
      >
        Connect Etsy
      </Button>
      {begin.isError && <ProblemNote error={onPage(begin.error)} />}
      {begin.isSuccess && !begin.data.comes_back && <Paste asked={begin.data} />}
    </>
  );
}

/** Off to Etsy: in this tab where it comes back, in another where the address has to be pasted here. */
function leave(asked: ConnectOut): void {
  if (asked.comes_back) {
    location.assign(asked.url);
    return;
  }
  const tab = window.open(asked.url, "_blank");
  if (tab) tab.opener = null;
}

function Paste({ asked }: { asked: ConnectOut }) {
  const queries = useQueryClient();
  const [address, setAddress] = useState("");
  const finish = useMutation({
    meta: { quiet: true },
    mutationFn: () => body(api.POST("/api/v1/etsy/connection/finish", { body: { address: address.trim() } })),
    onSuccess: (now) => {
      queries.setQueryData(etsyQuery.queryKey, now);
      void queries.invalidateQueries({ queryKey: keys.listings });
      tell(`The shop is connected to ${now.shop?.name ?? "Etsy"}.`);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    finish.mutate();
  };
  return (
    <form className={css.paste} onSubmit={submit}>
      <p className={css.flush}>
        <a href={asked.url} target="_blank" rel="noreferrer">
          Etsy is open in another tab <ExternalLink size={13} aria-hidden />
        </a>
        : sign in and allow printdock. You land on an address that begins with{" "}
        <code className={css.code}>{asked.redirect}</code>; the page itself need not open. Paste the whole address here.
      </p>
      <TextInput
        label="The address you landed on"
        required
        withAsterisk={false}
        value={address}
        placeholder={`${asked.redirect}?code=…`}
        onChange={(event) => setAddress(event.currentTarget.value)}
      />
      {finish.isError && <ProblemNote error={onPage(finish.error)} />}
      <div>
        <Button type="submit" loading={finish.isPending} disabled={address.trim() === ""}>
          Finish
        </Button>
      </div>
    </form>
  );
}
