import { Link, useParams } from "react-router";
import { useMay } from "~/app/me";
import { PageHead } from "~/ui/PageHead";
import { Account } from "./Account";
import { ApiKeys } from "./ApiKeys";
import { Audit } from "./Audit";
import { Etsy } from "./Etsy";
import { InForce } from "./InForce";
import { People } from "./People";
import css from "./Settings.module.css";
import { Storage } from "./Storage";
import { Templates } from "./Templates";

const SECTIONS = [
  { path: "templates", label: "Templates", show: Templates, owners: false },
  { path: "storage", label: "Storage", show: Storage, owners: false },
  { path: "etsy", label: "Etsy", show: Etsy, owners: false },
  { path: "people", label: "People", show: People, owners: true },
  { path: "keys", label: "API keys", show: ApiKeys, owners: true },
  { path: "in-force", label: "In force", show: InForce, owners: true },
  { path: "record", label: "Record", show: Audit, owners: true },
  { path: "account", label: "Your account", show: Account, owners: false },
];

/** What is set for the shop and the server. */
export function SettingsPage() {
  const { section } = useParams();
  const admin = useMay("admin");
  const sections = SECTIONS.filter((one) => admin || !one.owners);
  const here = sections.find((one) => one.path === section) ?? sections[0];
  const Show = here?.show ?? Templates;
  return (
    <>
      <PageHead title="Settings" />
      <div className={css.page}>
        <nav className={css.nav} aria-label="Settings">
          {sections.map((one) => (
            <Link
              key={one.path}
              to={`/settings/${one.path}`}
              className={css.link}
              aria-current={one === here ? "page" : undefined}
            >
              {one.label}
            </Link>
          ))}
        </nav>
        <div className={css.section}>
          <Show />
        </div>
      </div>
    </>
  );
}
