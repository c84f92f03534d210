/**
 * Runs both columns of docs/from-kubectl.md on one sandbox and compares what they do:
 *
 *   tsx test/clients/from-kubectl.ts KUBECTL [TEXT]
 *
 * The rows go in order (those that hold TEXT), kubectl's in namespace `left` and kubescript's in `right`, which began
 * alike, each in a folder with the same files. After each, both must have succeeded, and the objects and files must be
 * alike but for times, names that are given and what is noted of kubectl; of what is only read, the text too where both
 * print the same form. What a line does to the cluster itself is compared and undone before the other line does it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Cluster, openCluster } from "../../src/index.ts";
import { clusterFixtures, fixtures, MORE } from "./from-kubectl/fixtures.ts";
import { lackedBy } from "./from-kubectl/older-kubectl.ts";
import { Programs } from "./from-kubectl/programs.ts";
import { comparedOutput, type Row, rowsOf } from "./from-kubectl/rows.ts";
import { filesOf, neutralText, Snapshots } from "./from-kubectl/snapshot.ts";
import { webSite } from "./from-kubectl/web-site.ts";

const [kubectl = "kubectl", wanted = ""] = process.argv.slice(2);
const root = path.join(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "kubescript-from-kubectl-"));
const kubeconfig = path.join(folder, "config");
await using web = await webSite({ "/more.yaml": MORE });
const programs = new Programs(kubectl, kubeconfig, folder, web.proxy);
const [left, right] = [path.join(folder, "left"), path.join(folder, "right")];

function difference(what: string, a: unknown, b: unknown): string[] {
  const [ours, theirs] = [b, a].map((one) => (typeof one === "string" ? one : JSON.stringify(one, null, 1)));
  return ours === theirs ? [] : [`${what} differ\n--- kubectl\n${theirs}\n--- kubescript\n${ours}`];
}

function mapDifferences(theirs: ReadonlyMap<string, string>, ours: ReadonlyMap<string, string>): string[] {
  const keys = [...new Set([...theirs.keys(), ...ours.keys()])];
  return keys.flatMap((key) => difference(key, theirs.get(key) ?? "absent", ours.get(key) ?? "absent"));
}

/** Takes back what a line did to the cluster itself; false where it did nothing. */
function undo(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): void {
  for (const [key, state] of after) {
    const old = before.get(key);
    if (old === undefined) programs.must(["delete", key]);
    else if (old !== state && key.startsWith("Node/")) {
      const { unschedulable, taints } = JSON.parse(old) as Record<string, unknown>;
      const patch = JSON.stringify({ spec: { unschedulable, taints } });
      programs.must(["patch", key, "--type=merge", "-p", patch]);
    } else if (old !== state && key.startsWith("CertificateSigningRequest/")) {
      programs.must(["delete", key]);
      clusterFixtures(programs);
    }
  }
}

async function tryRow(row: Row, snapshots: Snapshots): Promise<string[]> {
  const { line, code } = row;
  const output = comparedOutput(row);
  const before = await snapshots.cluster();
  const theirs = programs.inShell("left", left, line);
  const after = await snapshots.cluster();
  undo(before, after);
  const ours = code.startsWith("kubescript ")
    ? programs.inShellOfKubescript("right", right, code)
    : programs.inKubescript("right", right, code, output);
  if (theirs.status !== ours.status && (theirs.status === 0 || ours.status === 0)) {
    const said = [theirs, ours].map(({ stdout, stderr }) => `${stdout}${stderr}`);
    return [`kubectl ended with ${theirs.status}, kubescript with ${ours.status}\n${said.join("\n")}`];
  }
  if (theirs.status !== 0) {
    // A drain that is refused has cordoned the node in kubectl, and has changed nothing here.
    return line.startsWith("kubectl drain") ? [] : [`kubectl ended with ${theirs.status}\n${theirs.stderr}`];
  }
  const printed = (text: string, namespace: string): string => neutralText(text, namespace);
  return [
    ...(output === undefined
      ? []
      : difference("what they print", printed(theirs.stdout, "left"), printed(ours.stdout, "right"))),
    ...difference("the objects", await snapshots.namespace("left"), await snapshots.namespace("right")),
    ...mapDifferences(after, await snapshots.cluster()),
    ...difference("the files", filesOf(left), filesOf(right)),
  ];
}

async function started(sandbox: ChildProcess): Promise<void> {
  while (!existsSync(kubeconfig)) {
    if (sandbox.exitCode !== null) throw new Error("the sandbox ended");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const main = path.join(root, "dist/cli/main.js");
const flags = ["--port", "0", "--kubeconfig", kubeconfig, "--pods=process", "--metrics"];
const sandbox = spawn(process.execPath, [main, "sandbox", ...flags], { stdio: ["ignore", "ignore", "inherit"] });
let cluster: Cluster | undefined;
try {
  await started(sandbox);
  clusterFixtures(programs);
  for (const [namespace, place] of Object.entries({ left, right })) {
    mkdirSync(place);
    copyFileSync(kubeconfig, path.join(place, "kubeconfig"));
    fixtures(programs, namespace, place);
  }
  cluster = await openCluster({ kubeconfig: readFileSync(kubeconfig, "utf8") });
  const snapshots = new Snapshots(cluster);
  const all = rowsOf(path.join(root, "docs/from-kubectl.md")).filter(({ line }) => line.includes(wanted));
  let [faults, skipped] = [0, 0];
  const lacks = lackedBy(programs);
  for (const row of all) {
    if (lacks(row.line)) {
      skipped += 1;
      console.error(`not tried, this kubectl has nothing like it: ${row.line}`);
      continue;
    }
    for (const fault of await tryRow(row, snapshots)) {
      faults += 1;
      console.error(`${row.line}\n${row.code}\n${fault}\n`);
    }
  }
  console.error(`${all.length - skipped} rows, ${faults} faults${skipped === 0 ? "" : `, ${skipped} not tried`}`);
  process.exitCode = faults === 0 && all.length > 0 ? 0 : 1;
} finally {
  await cluster?.close();
  sandbox.kill();
  rmSync(folder, { recursive: true, force: true });
}
