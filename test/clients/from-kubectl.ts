/**
 * Runs both columns of docs/from-kubectl.md on one sandbox and compares what they do:
 *
 *   tsx test/clients/from-kubectl.ts KUBECTL
 *
 * The rows go in order, kubectl's in namespace `left` and kubescript's in `right`, which began alike; after each, both
 * must have succeeded, and the objects must be alike but for times, counters and what is noted of kubectl. What acts on nodes is
 * done by one, compared, and undone before the other does it.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const [kubectl = "kubectl"] = process.argv.slice(2);
const root = path.join(import.meta.dirname, "../..");
const main = path.join(root, "dist/cli/main.js");
const folder = mkdtempSync(path.join(tmpdir(), "kubescript-from-kubectl-"));
const kubeconfig = path.join(folder, "config");
const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder, NO_COLOR: "1" };

interface Outcome {
  readonly status: number | null;
  readonly said: string;
}

function run(command: string, args: readonly string[], input?: string): Outcome {
  const { status, stdout, stderr } = spawnSync(command, args, { env, input, encoding: "utf8", timeout: 120_000 });
  return { status, said: `${stdout}${stderr}` };
}

function must(args: readonly string[], input?: string): string {
  const { status, said } = run(kubectl, args, input);
  if (status !== 0) throw new Error(`kubectl ${args.join(" ")}: ${said}`);
  return said;
}

const inShell = (namespace: string, line: string): Outcome =>
  run("bash", ["-c", `kubectl() { '${kubectl}' -n ${namespace} "$@"; }\n${line}`]);
const inKubescript = (namespace: string, code: string): Outcome =>
  run(process.execPath, [main, "eval", "-n", namespace, code]);

/** The rows of the tables: the line, and the first code of the second column. */
function rows(): { line: string; code: string }[] {
  const text = readFileSync(path.join(root, "docs/from-kubectl.md"), "utf8");
  return [...text.matchAll(/^\| `(kubectl [^`]+)` \| `([^`]+)`/gm)].map(([, line = "", code = ""]) => ({ line, code }));
}

function fixtures(namespace: string): string {
  const container = (image: string): object => ({ name: "web", image, env: [{ name: "OLD", value: "1" }] });
  const labels = { app: "web" };
  const deployment = (image: string): object => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 0, containers: [container(image)] },
      },
    },
  });
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web-0", namespace, labels: { old: "1" } },
    spec: { nodeName: "node0", terminationGracePeriodSeconds: 0, containers: [container("nginx:1.28")] },
  };
  must(["create", "namespace", namespace]);
  for (let tries = 0; run(kubectl, ["-n", namespace, "get", "serviceaccount", "default"]).status !== 0; tries++) {
    if (tries > 50) throw new Error("no default service account came");
  }
  must(["apply", "-f", "-"], JSON.stringify(pod));
  for (const image of ["nginx:1.26", "nginx:1.27"]) {
    must(["apply", "-f", "-"], JSON.stringify(deployment(image)));
    must(["-n", namespace, "rollout", "status", "deployment/web"]);
  }
  return namespace;
}

interface Stored {
  kind: string;
  metadata: { name: string; labels?: object; annotations?: Record<string, string> };
  spec: object;
}

/** What of a namespace its author decides. */
function state(namespace: string): unknown {
  const kinds = "deployments,horizontalpodautoscalers,pods/web-0";
  const [lists = "", one = ""] = kinds.split(",pods/");
  const list = JSON.parse(must(["-n", namespace, "get", lists, "-o", "json"])) as { items: Stored[] };
  const pod = run(kubectl, ["-n", namespace, "get", "pod", one, "-o", "json"]);
  const items = [...list.items, ...(pod.status === 0 ? [JSON.parse(pod.said) as Stored] : [])];
  return items.map(({ kind, metadata, spec }) => {
    const { name, labels, annotations = {} } = metadata;
    // kubectl notes what it applied; revisions are the controller's.
    const noted = Object.entries(annotations).filter(
      ([key]) => !/last-applied-configuration|deployment\.kubernetes\.io/.test(key),
    );
    return JSON.parse(
      JSON.stringify({ kind, name, labels, annotations: Object.fromEntries(noted), spec })
        .replace(/("kubectl.kubernetes.io\/restartedAt":)"[^"]+"/g, '$1"<time>"')
        .replace(/kube-api-access-\w+/g, "kube-api-access"),
    ) as unknown;
  });
}

interface NodeState {
  readonly name: string;
  readonly unschedulable: boolean;
  readonly taints: readonly object[];
}

function nodeState(): NodeState[] {
  const { items } = JSON.parse(must(["get", "nodes", "-o", "json"])) as {
    items: { metadata: { name: string }; spec: { unschedulable?: boolean; taints?: { timeAdded?: string }[] } }[];
  };
  return items.map(({ metadata, spec }) => ({
    name: metadata.name,
    unschedulable: spec.unschedulable === true,
    taints: (spec.taints ?? []).map(({ timeAdded: _, ...taint }) => taint),
  }));
}

/** Puts the node that the rows name back as kubescript's half of one must find it. */
function restoreNode(before: readonly NodeState[]): void {
  const { unschedulable, taints } = before.find(({ name }) => name === "node0") ?? {};
  must(["patch", "node", "node0", "--type=merge", "-p", JSON.stringify({ spec: { unschedulable, taints } })]);
}

function compare(line: string, left: unknown, right: unknown): string[] {
  const [a, b] = [left, right].map((one) => JSON.stringify(one, null, 1));
  return a === b ? [] : [`${line}: the effects differ\n--- kubectl\n${a}\n--- kubescript\n${b}`];
}

function tryRow({ line, code }: { line: string; code: string }): string[] {
  const onNodes = code.startsWith("k8s.nodes.");
  const before = nodeState();
  const theirs = inShell("left", line);
  const after = nodeState();
  if (onNodes) restoreNode(before);
  const ours = inKubescript("right", code);
  if ((theirs.status === 0) !== (ours.status === 0)) {
    return [
      `${line}: kubectl ended with ${theirs.status}, kubescript with ${ours.status}\n${theirs.said}\n${ours.said}`,
    ];
  }
  if (theirs.status !== 0) {
    // A drain that is refused has cordoned the node in kubectl, and has changed nothing here.
    return line.startsWith("kubectl drain") ? [] : [`${line}: kubectl ended with ${theirs.status}\n${theirs.said}`];
  }
  return onNodes ? compare(line, after, nodeState()) : compare(line, state("left"), state("right"));
}

async function started(sandbox: ChildProcess): Promise<void> {
  while (!existsSync(kubeconfig)) {
    if (sandbox.exitCode !== null) throw new Error("the sandbox ended");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const sandbox = spawn(process.execPath, [main, "sandbox", "--port", "0", "--kubeconfig", kubeconfig], {
  stdio: "ignore",
});
try {
  await started(sandbox);
  fixtures("left");
  fixtures("right");
  const all = rows();
  const faults = all.flatMap(tryRow);
  for (const fault of faults) console.error(fault);
  console.error(`${all.length} rows, ${faults.length} faults`);
  process.exitCode = faults.length === 0 && all.length > 0 ? 0 : 1;
} finally {
  sandbox.kill();
  rmSync(folder, { recursive: true, force: true });
}
