/**
 * The one gate: format and lint, types, layers, docs, tests, in that order; the first failure ends it.
 *
 *   npm run check [-- --no-tests]
 */
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.join(import.meta.dirname, "..");
const bin = (name: string): string => path.join(root, "node_modules/.bin", name);

const steps: readonly { name: string; command: string; args: readonly string[] }[] = [
  { name: "format and lint", command: bin("biome"), args: ["check", "--error-on-warnings", "."] },
  { name: "types", command: bin("tsc"), args: ["-p", "."] },
  { name: "types of the recipes", command: bin("tsc"), args: ["-p", "recipes"] },
  { name: "layers", command: bin("tsx"), args: ["scripts/check-layers.ts"] },
  { name: "docs", command: bin("tsx"), args: ["scripts/check-docs.ts"] },
  { name: "tests", command: bin("vitest"), args: ["run"] },
];

for (const { name, command, args } of steps) {
  if (name === "tests" && process.argv.includes("--no-tests")) continue;
  const started = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`${status === 0 ? "ok" : "failed"}: ${name} (${seconds} s)`);
  if (status !== 0) process.exit(1);
}
