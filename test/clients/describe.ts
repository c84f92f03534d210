/**
 * Compares what kubescript's `describe` says with what kubectl's does, of one object or more of every kind that kubectl has
 * a description for, on one sandbox:
 *
 *   tsx test/clients/describe.ts KUBECTL [RESOURCE/NAME...]
 *
 * Texts must be alike to the character but for ages; else for what is different on purpose (see `DELIBERATE`), with columns
 * of any width. Needs kubectl 1.35 or near: its descriptions change a little with each version.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Programs } from "./from-kubectl/programs.ts";

const [kubectl = "kubectl", ...wanted] = process.argv.slice(2);
const root = path.join(import.meta.dirname, "../..");
const folder = mkdtempSync(path.join(tmpdir(), "kubescript-describe-"));
const kubeconfig = path.join(folder, "config");
const programs = new Programs(kubectl, kubeconfig, folder);

/** What is described; a resource alone stands for all that the namespace has of it. */
const RESOURCES = [
  "pods",
  "replicationcontrollers",
  "deployments",
  "replicasets",
  "statefulsets",
  "daemonsets",
  "jobs",
  "cronjobs",
  "services",
  "endpoints",
  "endpointslices",
  "ingresses",
  "networkpolicies",
  "configmaps",
  "secrets",
  "serviceaccounts",
  "persistentvolumeclaims",
  "limitranges",
  "resourcequotas",
  "horizontalpodautoscalers",
  "poddisruptionbudgets",
  "roles",
  "rolebindings",
  "leases",
  "events",
  "controllerrevisions",
  "widgets.example.com",
  "persistentvolumes",
  "storageclasses",
  "volumeattributesclasses",
  "csinodes",
  "ingressclasses",
  "servicecidrs",
  "ipaddresses/10.96.0.200",
  "nodes",
  "namespaces",
  "priorityclasses",
  "clusterroles/admin",
  "clusterroles/cluster-admin",
  "clusterroles/urls",
  "clusterrolebindings/crb",
  "certificatesigningrequests/jane",
];

/** Each with what stands in its place in both texts. */
const DELIBERATE: readonly (readonly [why: string, pattern: RegExp, instead: string])[] = [
  ["newer kubectl says it", /^ *(Service Name|Pod Management Policy|Time Zone|AppProtocol): .*\n/gm, ""],
  ["newer kubectl says it", /^Persistent Volume Claim Retention Policy:\n(?: {2}.*\n)+/gm, ""],
  ["newer servers leave it empty", /^ *Kube-Proxy Version:\n/gm, ""],
  ["kubectl resolves few fields of a pod", /^( +\w+:).* \((v1:.*)\)$/gm, "$1 ($2)"],
  ["kubectl prints Go's values", /&LocalObjectReference\{Name:(.*?),\}/g, "$1"],
  ["kubectl prints Go's values", /^( +SecretRef:) (?:<nil>|nil)$/gm, "$1 <none>"],
  ["kubectl prints Go's values", /map\[(\w+):(\w+)\]/g, "$1=$2"],
  ["kubectl leaves out the colon", /^( +ISCSIInterface):? /gm, "$1: "],
  ["kubectl names the Secret of a PersistentVolume alone", /^( +VolumeName: .*\n) +SecretName: .*\n/gm, "$1"],
  ["kubectl has two forms of annotations", /^(Annotations: [^\s=]+)=(\S+)$/gm, "$1: $2"],
  ["kubectl prints one time as Go does", /^Created on: .*$/gm, "Created on:"],
  ["kubectl underlines some columns by halves", /-{3,}/g, "---"],
  ["kubectl sets alternative names far in", /^ +(?=DNS Names:|Email Addresses:|URIs:|IP Addresses:)/gm, "  "],
  ["older kubectl says it, newer does not", /^Tokens: .*\n/gm, ""],
  ["kubectl shows the tokens of service accounts", /^token: .*$/gm, "token:"],
];

/** What no two runs have in common: ages, with the blanks that they push about. */
function neutral(text: string): string {
  return text
    .replace(/(?<= )(?:\d+[ywdhms])+(?: \(x\d+ over (?:\d+[ywdhms])+\))? +(?=\S)/g, "AGE ")
    .replace(/(?<= )(?:\d+[ywdhms])+$/gm, "AGE")
    .replace(/^( +Type +Reason +Age) +/gm, "$1 ")
    .replace(/^( +---- +------ +----) +(?=---- +-------)/gm, "$1 ")
    .replace(/ +$/gm, "")
    .trimEnd();
}

function loose(text: string): string {
  return DELIBERATE.reduce(
    (sum, [, pattern, instead]) => sum.replace(pattern, instead),
    text.replace(/(?<=\S) +/g, " ").replace(/^ {8,}/gm, " ".repeat(8)),
  ).trimEnd();
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    if (tries > 200) throw new Error(`${what}: it did not come`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function make(): Promise<void> {
  const uid = (): string => programs.kubectl(["-n", "t", "get", "rc", "rc", "-o", "jsonpath={.metadata.uid}"]).stdout;
  const apply = (name: string): boolean => {
    const file = readFileSync(path.join(import.meta.dirname, "describe", name), "utf8").replace("UID", uid());
    return programs.kubectl(["apply", "--server-side", "-f", "-"], file).status === 0;
  };
  // A first try makes what later documents stand on: the namespace's default account, the custom resource.
  await until("the objects", () => apply("objects.yaml"));
  await until("the custom resource", () => apply("late-objects.yaml"));
  const request = readFileSync(path.join(import.meta.dirname, "describe", "request.yaml"), "utf8");
  programs.must(["create", "-f", "-"], request);
  programs.must(["certificate", "approve", "jane"]);
  programs.must(["-n", "t", "rollout", "status", "deployment/web", "--timeout=60s"]);
  programs.must(["-n", "t", "wait", "--for=condition=complete", "job/j", "--timeout=60s"]);
}

function chosen(): string[] {
  return (wanted.length > 0 ? wanted : RESOURCES).flatMap((resource) => {
    if (resource.includes("/")) return [resource];
    const names = programs.must(["-n", "t", "get", resource, "-o", "name"]).trim().split("\n");
    return names.map((name) => `${resource}/${name.slice(name.indexOf("/") + 1)}`);
  });
}

function inKubescript(objects: readonly string[]): Record<string, string> {
  const code = `Object.fromEntries(await Promise.all(${JSON.stringify(objects)}.map(async (object) => {
    const [resource, ...name] = object.split("/");
    return [object, await k8s.resource(resource).describe(name.join("/"))];
  })))`;
  const { status, stdout, stderr } = programs.inKubescript("t", folder, code, "json");
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

/** How alike both texts are, and both where they are not. */
function fault(object: string, ours: string): { alike: "strictly" | "loosely" | "not"; said?: string } {
  const [resource = "", ...name] = object.split("/");
  const theirs = neutral(programs.must(["-n", "t", "describe", resource, name.join("/")]));
  // Events stand at the end for every kind, and for more of them.
  const own = /^Events:/m.test(theirs) ? ours : ours.replace(/\n*^Events: +<none>$/m, "");
  if (theirs === neutral(own)) return { alike: "strictly" };
  const [a, b] = [loose(theirs), loose(neutral(own))];
  return a === b
    ? { alike: "loosely" }
    : { alike: "not", said: `${object}\n--- kubectl\n${a}\n--- kubescript\n${b}\n` };
}

const main = path.join(root, "dist/cli/main.js");
const sandbox: ChildProcess = spawn(process.execPath, [main, "sandbox", "--port", "0", "--kubeconfig", kubeconfig], {
  stdio: "ignore",
});
try {
  await until("the sandbox", () => existsSync(kubeconfig));
  await make();
  const objects = chosen();
  const ours = inKubescript(objects);
  const results = objects.map((object) => {
    let result = fault(object, ours[object] ?? "");
    // A controller may have acted between the two.
    for (let tries = 0; result.alike === "not" && tries < 2; tries++) {
      result = fault(object, inKubescript([object])[object] ?? "");
    }
    return result;
  });
  for (const { said } of results) if (said !== undefined) console.error(said);
  const count = (how: string): number => results.filter(({ alike }) => alike === how).length;
  console.error(
    `${objects.length} objects: ${count("strictly")} the same, ${count("loosely")} alike, ${count("not")} different`,
  );
  process.exitCode = count("not") === 0 && objects.length > 0 ? 0 : 1;
} finally {
  sandbox.kill();
  rmSync(folder, { recursive: true, force: true });
}
