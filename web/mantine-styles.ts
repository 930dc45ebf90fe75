import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Plugin } from "vite";

const NAME = "virtual:mantine-styles.css";
const CORE = new URL("./node_modules/@mantine/core", import.meta.url).pathname;

/** Who imports components by their names. Components bring each other's styles along. */
const USERS = ["./src", "./node_modules/@mantine/notifications/esm"];

/** What every page needs, whatever it shows. */
const ALWAYS = ["baseline", "default-css-variables", "global"];

/**
 * Mantine's styles of the components that are used, and no others, as one sheet: all of them are 300 kB.
 * Import `virtual:mantine-styles.css`. Their order is Mantine's own, which its rules rely on.
 */
export function mantineStyles(): Plugin {
  return {
    name: "mantine-styles",
    resolveId: (id) => (id === NAME ? join(CORE, NAME) : null),
    load: async (id) => (id === join(CORE, NAME) ? (await sheet()).join("\n") : null),
  };
}

async function sheet(): Promise<string[]> {
  const [all, files, seen] = await Promise.all([
    readFile(join(CORE, "styles.css"), "utf8"),
    filesByName(),
    Promise.all(USERS.map((user) => namesUsed(new URL(user, import.meta.url).pathname))),
  ]);
  const modules = new Set<string>();
  for (const name of seen.flat()) await follow(files.get(name), modules);
  const parts = [...ALWAYS, ...new Set([...modules].map(styleOf).filter((one) => one !== null))];
  const sheets = await Promise.all(parts.map((part) => readFile(join(CORE, "styles", `${part}.css`), "utf8")));
  return sheets.toSorted((a, b) => all.indexOf(a.trim()) - all.indexOf(b.trim()));
}

/** The module of each thing that @mantine/core exports. */
async function filesByName(): Promise<Map<string, string>> {
  const index = join(CORE, "esm", "index.mjs");
  const found = new Map<string, string>();
  for (const [, names = "", path = ""] of (await readFile(index, "utf8")).matchAll(
    /import \{([^}]+)\} from "(\.[^"]+)"/g,
  )) {
    for (const name of names.split(",")) found.set(name.trim(), join(dirname(index), path));
  }
  return found;
}

/** Names that the files below `folder` import of @mantine/core. */
async function namesUsed(folder: string): Promise<string[]> {
  const names = new Set<string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(tsx?|mjs)$/.test(entry.name)) continue;
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    for (const [, some = ""] of text.matchAll(/import \{([^}]+)\} from "@mantine\/core"/g)) {
      for (const name of some.split(",")) names.add(name.replace(/\btype\b|\bas\b.*/g, "").trim());
    }
  }
  return [...names];
}

/** Adds a module and all that it imports of its own package. */
async function follow(path: string | undefined, found: Set<string>): Promise<void> {
  if (!path || found.has(path)) return;
  found.add(path);
  for (const [, next = ""] of (await readFile(path, "utf8")).matchAll(/from "(\.[^"]+)"/g)) {
    await follow(join(dirname(path), next), found);
  }
}

/** The sheet that belongs to a module of class names; none of others. */
function styleOf(path: string): string | null {
  const name = basename(path, ".module.mjs");
  return path.endsWith(".module.mjs") && existsSync(join(CORE, "styles", `${name}.css`)) ? name : null;
}
