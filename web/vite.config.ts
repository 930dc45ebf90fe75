import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as zlib from "node:zlib";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { mantineStyles } from "./mantine-styles.ts";

const server = process.env.PRINTDOCK ?? "http://127.0.0.1:8000";
const dist = "../src/printdock/web/dist";

/**
 * What stays the same when our pages change is a file of its own. Icons, components and parts that many pages share would
 * be a file each, and each file is a request that the first picture waits for.
 */
const shared = [
  {
    name: "vendor",
    test: /node_modules\/(react|react-dom|scheduler|react-router|@tanstack\/(query-core|react-query))\//,
  },
  { name: "icons", test: /node_modules\/lucide-react\//, minShareCount: 2 },
  {
    name: "kit",
    test: /node_modules\/(@mantine|@floating-ui|react-remove-scroll|@tanstack|openapi-fetch)/,
    minShareCount: 6,
  },
  { name: "ui", test: /\/src\/(ui|api|app|live)\//, minShareCount: 6 },
].map((one) => ({ ...one, includeDependenciesRecursively: false }));

export default defineConfig({
  plugins: [react(), mantineStyles(), compressed()],
  resolve: { alias: { "~": new URL("./src", import.meta.url).pathname } },
  build: {
    outDir: dist,
    emptyOutDir: true,
    target: "es2022",
    // Fonts and pictures stay files: a strict Content-Security-Policy takes no data: addresses of them.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rolldownOptions: { output: { codeSplitting: { groups: shared } } },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: server, changeOrigin: true } } },
});

/** Writes .br, .gz and, where this Node can, .zst beside each text file: the server only picks one. */
function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    async closeBundle() {
      for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (entry.isFile() && /\.(js|css|svg|json|webmanifest|wasm)$/.test(entry.name)) await compress(path);
      }
    },
  };
}

async function compress(path: string): Promise<void> {
  const plain = await readFile(path);
  if (plain.length < 500) return;
  const made: [string, Buffer][] = [
    ["br", zlib.brotliCompressSync(plain, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } })],
    ["gz", zlib.gzipSync(plain, { level: 9 })],
  ];
  if ("zstdCompressSync" in zlib) {
    made.push(["zst", zlib.zstdCompressSync(plain, { params: { [zlib.constants.ZSTD_c_compressionLevel]: 19 } })]);
  }
  for (const [suffix, bytes] of made) if (bytes.length < plain.length) await writeFile(`${path}.${suffix}`, bytes);
}
