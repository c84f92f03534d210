import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const root = path.join(import.meta.dirname, "../..");
const tsc = path.join(root, "node_modules/typescript/bin/tsc");
const isBuilt = existsSync(path.join(root, "dist/types/index.d.ts"));
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "kubescript-types-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function checked(source: string): string[] {
  writeFileSync(path.join(folder, "script.ts"), source);
  const options = ["--strict", "--noEmit", "--skipLibCheck", "--module", "esnext", "--target", "es2023"];
  const files = ["script.ts", "kubescript.d.ts"];
  const { stdout } = spawnSync(process.execPath, [tsc, ...options, ...files], { cwd: folder, encoding: "utf8" });
  return stdout.split("\n").filter((line) => line.includes("error"));
}

test.runIf(isBuilt)("the file that it writes makes the compiler know the globals and the package", () => {
  execFileSync(process.execPath, [path.join(root, "dist/cli/main.js"), "types", "kubescript.d.ts"], { cwd: folder });
  const script = `import { type Cluster, recipe, type ResourceHelper } from "kubescript";
const pods: ResourceHelper<{ metadata: { name: string } }> | undefined = undefined;
export default recipe({
  description: "names",
  args: { limit: { type: "number", default: 3 } },
  async run({ k8s, args }) {
    const one: Cluster = k8s;
    return (await one.pods.list({ limit: args.limit })).map((pod) => pod.metadata?.name?.length);
  },
});
const replicas: number | undefined = (await k8s.deployments.get("web")).spec?.replicas;
log(String(replicas), pods);
`;
  expect(checked(script)).toEqual([]);
  expect(checked(script.replace("limit: args.limit", "limits: args.limit"))).toHaveLength(1);
});
