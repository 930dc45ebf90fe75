import { Skeleton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { Link, useParams } from "react-router";
import { useMay } from "~/app/me";
import { PageHead } from "~/ui/PageHead";
import css from "./Settings.module.css";

// Each is loaded when it is first opened.
const Templates = lazy(async () => ({ default: (await import("./Templates")).Templates }));
const Storage = lazy(async () => ({ default: (await import("./Storage")).Storage }));
const People = lazy(async () => ({ default: (await import("./People")).People }));
const ApiKeys = lazy(async () => ({ default: (await import("./ApiKeys")).ApiKeys }));
const InForce = lazy(async () => ({ default: (await import("./InForce")).InForce }));
const Etsy = lazy(async () => ({ default: (await import("./Etsy")).Etsy }));
const Audit = lazy(async () => ({ default: (await import("./Audit")).Audit }));
const Account = lazy(async () => ({ default: (await import("./Account")).Account }));

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
          <Suspense fallback={<Skeleton height={300} radius="lg" />}>
            <Show />
          </Suspense>
        </div>
      </div>
    </>
  );
}
