/**
 * Builds `dist`: one bundle split along its lazy imports, so that a command loads only what it needs. Packages are
 * taken into it, which halves the time of a first request; those that find files or programs of their own stay outside.
 *
 *   tsx scripts/build.ts            the code; type declarations stay those of an earlier build
 *   tsx scripts/build.ts --types    also the type declarations, as for a package
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { undiciPool } from "../src/schedule/undici-pool.ts";
import { thirdPartyLicenses } from "./third-party-licenses.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const entries = [
  "cli/main",
  "index",
  "globals",
  "testing",
  "sandbox/index",
  "runtime/load-hooks",
  "schedule/job",
].filter((entry) => existsSync(path.join(root, `src/${entry}.ts`)));

/** undici loads Node's HTTP/2 at each start, which the transport never allows. */
const withoutHttp2: Plugin = {
  name: "without-http2",
  setup({ onLoad }) {
    onLoad({ filter: /undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/ }, () => ({
      contents: 'module.exports = () => { throw new Error("HTTP/2 is not part of this bundle"); };',
    }));
  },
};

// A build that fails leaves the last good one in place.
const fresh = path.join(root, "dist.new");
rmSync(fresh, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries.map((entry) => ({ in: `src/${entry}.ts`, out: entry })),
  outdir: fresh,
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20.18",
  external: ["esbuild", "zx", "zx/core", "ws"],
  loader: { ".json": "json" },
  // Packages written as CommonJS call require for node's own modules.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  plugins: [undiciPool, withoutHttp2],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  // Attributes of an import at the prompt are known when it is typed.
  logOverride: { "unsupported-dynamic-import": "silent" },
});
const licenses = thirdPartyLicenses(Object.keys(metafile.inputs), root);
writeFileSync(path.join(fresh, "THIRD-PARTY-LICENSES.txt"), licenses);
await chmod(path.join(fresh, "cli/main.js"), 0o755);

const [dist, types] = [path.join(root, "dist"), path.join(fresh, "types")];
if (process.argv.includes("--types")) {
  const tsc = path.join(path.dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
  const command = [tsc, "-p", "tsconfig.types.json", "--outDir", types];
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  // By this name `kubescript types FILE` takes what the package exports.
  appendFileSync(path.join(types, "index.d.ts"), "export as namespace KubescriptPackage;\n");
} else if (existsSync(path.join(dist, "types"))) {
  renameSync(path.join(dist, "types"), types);
}
rmSync(dist, { recursive: true, force: true });
renameSync(fresh, dist);
