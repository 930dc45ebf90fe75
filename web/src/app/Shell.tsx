import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import {
  Check,
  ChevronsUpDown,
  CopyCheck,
  Ellipsis,
  Images,
  ListChecks,
  LogOut,
  type LucideIcon,
  Monitor,
  Moon,
  Settings,
  Shirt,
  Sun,
  Tags,
  Upload,
  WifiOff,
} from "lucide-react";
import { useEffect, useRef } from "react";
import { NavLink, Outlet, ScrollRestoration, useLocation, useNavigate } from "react-router";
import { api, body } from "~/api/client";
import { jobCountsQuery, waitingQuery } from "~/api/queries";
import type { MeOut } from "~/api/schema";
import { become } from "~/api/session";
import { live, useConnection } from "~/live/events";
import { SampleNotice } from "~/ui/Samples";
import { DropAnywhere } from "~/upload/DropAnywhere";
import { UploadPill } from "~/upload/UploadPill";
import { MeContext, useMe } from "./me";
import css from "./Shell.module.css";

interface Place {
  to: string;
  label: string;
  icon: LucideIcon;
  badge?: { text: string; tone: "plain" | "warn" | "bad"; meaning: string };
}

/** What is around every page of somebody who is signed in. */
export function Shell({ me }: { me: MeOut }) {
  const queries = useQueryClient();
  const shop = me.shop?.id;
  useEffect(() => {
    if (shop === undefined) return;
    live.start(queries);
    return () => live.stop();
  }, [queries, shop]);
  const places = usePlaces();
  return (
    <MeContext value={me}>
      <a className={css.skip} href="#content">
        To the content
      </a>
      <header className={css.topbar}>
        <ShopMenu />
      </header>
      <aside className={css.sidebar} aria-label="Navigation">
        <NavLink to="/designs" className={css.brand}>
          <img src="/icon.svg" alt="" width={26} height={26} />
          printdock
        </NavLink>
        <ShopMenu />
        <nav className={css.nav} aria-label="Pages">
          {places.map((place) => (
            <PlaceLink key={place.to} place={place} className={css.link ?? ""} size={18} />
          ))}
        </nav>
        <div className={css.foot}>
          <UploadPill />
          <ConnectionState />
        </div>
      </aside>
      <Content />
      <BottomBar places={places} />
      <DropAnywhere />
      <ScrollRestoration />
    </MeContext>
  );
}

function Content() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page takes the focus, so that it is read out.
  useEffect(() => {
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <main ref={main} id="content" className={css.main} tabIndex={-1}>
      <AwayBar />
      <SampleNotice />
      <Outlet />
    </main>
  );
}

function usePlaces(): Place[] {
  const waiting = useQuery(waitingQuery).data;
  const counts = useQuery(jobCountsQuery).data;
  const running = (counts?.pending ?? 0) + (counts?.processing ?? 0);
  return [
    { to: "/upload", label: "Upload", icon: Upload },
    { to: "/designs", label: "Designs", icon: Images },
    {
      to: "/duplicates",
      label: "Duplicates",
      icon: CopyCheck,
      badge: waiting?.count
        ? { text: waiting.more ? "99+" : String(waiting.count), tone: "warn", meaning: "wait for you" }
        : undefined,
    },
    { to: "/mockups", label: "Mockups", icon: Shirt },
    { to: "/listings", label: "Listings", icon: Tags },
    {
      to: "/jobs",
      label: "Jobs",
      icon: ListChecks,
      badge: counts?.failed
        ? { text: String(counts.failed), tone: "bad", meaning: "failed" }
        : running
          ? { text: String(running), tone: "plain", meaning: "under way" }
          : undefined,
    },
    { to: "/settings", label: "Settings", icon: Settings },
  ];
}

function PlaceLink({ place, className, size }: { place: Place; className: string; size: number }) {
  const Icon = place.icon;
  return (
    <NavLink to={place.to} className={className}>
      <Icon size={size} strokeWidth={1.9} aria-hidden />
      <span>{place.label}</span>
      {place.badge && <Badge badge={place.badge} />}
    </NavLink>
  );
}

function Badge({ badge }: { badge: NonNullable<Place["badge"]> }) {
  const tone = { plain: "", warn: css.badgeWarn, bad: css.badgeBad }[badge.tone];
  return (
    <span className={`${css.badge} ${tone} number`}>
      {badge.text}
      <span className="visually-hidden"> {badge.meaning}</span>
    </span>
  );
}

function BottomBar({ places }: { places: Place[] }) {
  const { pathname } = useLocation();
  const more = places.slice(4);
  const here = more.some((place) => pathname.startsWith(place.to));
  return (
    <nav className={css.bottom} aria-label="Pages">
      {places.slice(0, 4).map((place) => (
        <PlaceLink key={place.to} place={place} className={css.tab ?? ""} size={21} />
      ))}
      <Menu position="top-end" offset={8}>
        <Menu.Target>
          <button type="button" className={css.tab} aria-current={here ? "page" : undefined}>
            <Ellipsis size={21} strokeWidth={1.9} aria-hidden />
            More
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {more.map(({ to, label, icon: Icon, badge }) => (
            <Menu.Item key={to} component={NavLink} to={to} leftSection={<Icon size={17} aria-hidden />}>
              {label} {badge && <Badge badge={badge} />}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </nav>
  );
}

function ShopMenu() {
  const me = useMe();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const choose = useMutation({
    mutationFn: (shop: number) => body(api.PUT("/api/v1/me/shop", { body: { shop } })),
    onSuccess: (now) => {
      become(queries, now);
      void navigate("/designs");
    },
  });
  const leave = useMutation({
    mutationFn: () => api.DELETE("/api/v1/session"),
    onSuccess: () => {
      live.stop();
      become(queries, null);
    },
  });
  const name = me.shop?.name ?? "No shop";
  return (
    <Menu width={240} position="bottom-start">
      <Menu.Target>
        <UnstyledButton className={css.shop}>
          <span className={css.shopMark} aria-hidden>
            {name.slice(0, 1).toUpperCase()}
          </span>
          <span className={css.shopName}>{name}</span>
          <span className="visually-hidden">: shop, look and account</span>
          <ChevronsUpDown size={15} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {me.shops.length > 1 && (
          <>
            <Menu.Label>Shops</Menu.Label>
            {me.shops.map((shop) => (
              <Menu.Item
                key={shop.id}
                rightSection={shop.id === me.shop?.id ? <Check size={15} aria-label="shown now" /> : null}
                onClick={() => choose.mutate(shop.id)}
              >
                {shop.name}
              </Menu.Item>
            ))}
            <Menu.Divider />
          </>
        )}
        <Menu.Label>Look</Menu.Label>
        <SchemeItems />
        <Menu.Divider />
        <Menu.Label>{me.email}</Menu.Label>
        <Menu.Item leftSection={<LogOut size={16} aria-hidden />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const SCHEMES = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "auto", label: "As the system", icon: Monitor },
] as const;

function SchemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return SCHEMES.map(({ value, label, icon: Icon }) => (
    <Menu.Item
      key={value}
      leftSection={<Icon size={16} aria-hidden />}
      rightSection={value === colorScheme ? <Check size={15} aria-label="chosen" /> : null}
      onClick={() => setColorScheme(value)}
    >
      {label}
    </Menu.Item>
  ));
}

function ConnectionState() {
  const connection = useConnection();
  const words = { live: "Live", connecting: "Connecting…", away: "Reconnecting…" }[connection];
  return (
    <div className={css.live} role="status">
      <span className={css.dot} data-connection={connection} aria-hidden />
      {words}
    </div>
  );
}

function AwayBar() {
  if (useConnection() !== "away") return null;
  return (
    <div className={css.awayBar} role="alert">
      <WifiOff size={17} aria-hidden />
      The server does not answer. Nothing is lost: this page goes on by itself when it is back.
    </div>
  );
}
