import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AbortError } from "../../src/errors.ts";
import { Access as AccessVerbs } from "../../src/operations/access/access.ts";
import { make } from "../../src/operations/make/make.ts";
import type { PortForward } from "../../src/operations/port-forward/port-forward.ts";
import { ResourceHelper } from "../../src/operations/resource-helper.ts";
import { Rollout } from "../../src/operations/rollout/rollout.ts";
import { TemplateSetter } from "../../src/operations/template/set.ts";
import { Top } from "../../src/operations/top/top.ts";
import { Subresource } from "../../src/resources/subresource.ts";
import { type Cluster, ClusterHandle } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { type Access, accessRules } from "../../src/schedule/access-rules.ts";
import { BUILDERS } from "../../src/schedule/built-objects.ts";
import { CLUSTER_RIGHTS } from "../../src/schedule/cluster-rights.ts";
import { HELPER_RIGHTS, SUBRESOURCE_RIGHTS } from "../../src/schedule/helper-rights.ts";
import { observedAccesses } from "../../src/schedule/observed-access.ts";
import { rightsInCode } from "../../src/schedule/source-rights.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";

/**
 * A script, and of the rights that its source shows those that this run does not use: that take something to be amiss, or
 * hold in all namespaces because the source does not show which.
 */
type Case = string | readonly [script: string, ...besides: string[]];

const EVENTS = "list events";

/** Scripts that call each method of a helper, by the method. */
const OF_HELPERS: Readonly<Record<string, readonly Case[]>> = {
  get: [`await k8s.pods.get("p")`],
  find: [`await k8s.in("kube-system").pods.find("none")`],
  list: [`await k8s.pods.list()`, `await k8s.pods.list({ namespace: "*" })`, `await k8s.pods.everywhere.list()`],
  iterate: [`for await (const one of k8s.pods.iterate()) break`],
  table: [`await k8s.pods.table()`, `await k8s.pods.table({ name: "p" })`],
  watch: [`for await (const one of k8s.pods.watch()) break`],
  cache: [`(await k8s.pods.cache()).close()`],
  wait: [
    [`await k8s.pods.wait("p", "condition=Ready", { timeoutMs: 60_000 })`, EVENTS],
    [`await k8s.deployments.wait("web", "exists")`, EVENTS, "list pods"],
    [`await k8s.nodes.wait("node0", "condition=Ready")`, EVENTS],
    [`await k8s.pods.wait("p", "exists", { timeoutMs: 0 })`, EVENTS, "list pods"],
    `await k8s.deployments.wait("web", "condition=None", { timeoutMs: 50 }).catch(() => {})`,
  ],
  create: [`await k8s.configmaps.create({ metadata: { name: "made" } })`],
  apply: [`await k8s.configmaps.apply({ metadata: { name: "made", namespace: "other" }, data: { a: "b" } })`],
  replace: [`await k8s.configmaps.replace({ metadata: { name: "c" }, data: {} })`],
  patch: [`await k8s.configmaps.patch("c", { data: { a: "c" } })`],
  edit: [`await k8s.configmaps.edit("c", (one) => ({ ...one, data: { z: "1" } }))`],
  delete: [`await k8s.configmaps.delete("made")`, `await k8s.configmaps.delete("gone", { wait: true })`],
  deleteAll: [`await k8s.configmaps.deleteAll({ labels: "none=here" })`],
  label: [`await k8s.pods.label("p", { a: "b" })`],
  annotate: [`await k8s.pods.annotate("p", { a: "b" })`],
  scale: [
    `await k8s.deployments.scale("web")`,
    `await k8s.deployments.scale("web", 1)`,
    [`await k8s.deployments.scale("web", 1, { wait: true, timeoutMs: 9_000 })`, EVENTS, "list pods"],
    `await k8s.deployments.scale("web", 1, { currentReplicas: 1 })`,
  ],
  autoscale: [`await k8s.deployments.autoscale("web", { max: 2 })`],
  expose: [`await k8s.deployments.expose("web", { name: "exposed", port: 80 })`],
  "set.image": [`await k8s.deployments.set.image("web", { main: "busybox:2" })`],
  "set.env": [`await k8s.deployments.set.env("web", { A: "b" })`],
  "set.resources": [`await k8s.deployments.set.resources("web", { requests: { cpu: "1m" } })`],
  "rollout.status": [[`for await (const one of k8s.deployments.rollout.status("web")) break`, EVENTS, "list pods"]],
  "rollout.wait": [[`await k8s.deployments.rollout.wait("web")`, EVENTS, "list pods"]],
  "rollout.history": [
    `await k8s.deployments.rollout.history("web")`,
    `await k8s.statefulsets.rollout.history("db")`,
    `await k8s.daemonsets.rollout.history("agent")`,
  ],
  "rollout.undo": [`await k8s.deployments.rollout.undo("web")`],
  "rollout.restart": [`await k8s.deployments.rollout.restart("web")`],
  "rollout.pause": [`await k8s.deployments.rollout.pause("web")`],
  "rollout.resume": [`await k8s.deployments.rollout.resume("web")`],
  cordon: [`await k8s.nodes.cordon("node0")`],
  uncordon: [`await k8s.nodes.uncordon("node0")`],
  taint: [`await k8s.nodes.taint("node0", "a=b:PreferNoSchedule")`],
  drainPlan: [[`await k8s.nodes.drainPlan("node0")`, "get daemonsets everywhere"]],
  drain: [
    [
      `await k8s.nodes.drain("node0", { force: true, ignoreDaemonSets: true, podSelector: "run=evicted" });
       await k8s.nodes.uncordon("node0")`,
      ...["create pods/eviction", "get daemonsets", "get pods"].map((one) => `${one} everywhere`),
    ],
    [
      `await k8s.nodes.drain("node0", { force: true, ignoreDaemonSets: true, podSelector: "run=deleted", disableEviction: true });
       await k8s.nodes.uncordon("node0")`,
      ...["delete pods", "get daemonsets", "get pods"].map((one) => `${one} everywhere`),
    ],
  ],
  logs: [
    `for await (const one of k8s.pods.logs("p")) break`,
    `for await (const one of k8s.pods.logs({ labels: { app: "web" } })) break`,
    `for await (const one of k8s.deployments.logs("web")) break`,
    [
      `for await (const one of k8s.pods.logs("p", { follow: true, signal: AbortSignal.timeout(200) })) break`,
      "get pods",
    ],
    `for await (const one of k8s.pods.logs("deploy/web")) break`,
    `for await (const one of k8s.cronjobs.logs("tick")) break`,
    `for await (const one of k8s.jobs.logs("said", { follow: true })) break`,
  ],
  exec: [
    `await k8s.pods.exec("p", ["true"])`,
    `await k8s.deploy.exec("web", ["true"])`,
    `await k8s.pods.exec("svc/web", ["true"])`,
  ],
  shell: [[`await k8s.pods.shell("p").catch(() => {})`, "create pods/exec", "get pods/exec"]],
  cp: [`await k8s.pods.cp("p:/etc/hostname", dir + "/hostname")`],
  attach: [
    `await k8s.pods.attach("p", { live: true }).then((process) => process.close())`,
    [`await k8s.pods.attach("p", { signal: AbortSignal.timeout(100) })`, "list pods", "watch pods"],
  ],
  debug: [
    `await k8s.pods.debug("p", { image: "busybox", command: ["sleep", "9"] })`,
    `await k8s.pods.debug("p", { image: "busybox", command: ["sleep", "9"], copyTo: "p2" })`,
    `await k8s.nodes.debug("node0", { image: "busybox", command: ["sleep", "9"] })`,
    `await k8s.pods.debug("p", { image: "busybox", command: ["true"], attach: true })`,
  ],
  portForward: [
    `await forwarded(await k8s.pods.portForward("p", ":80"))`,
    `await forwarded(await k8s.services.portForward("web", ":80"))`,
  ],
  fetch: [
    `await k8s.pods.fetch("p:80", "/").catch(() => {})`,
    [`await k8s.services.fetch("none:80", "/", { method: "POST" }).catch(() => {})`, "get services"],
  ],
  proxyPath: [`await k8s.services.proxyPath("web:http")`, `await k8s.pods.proxyPath("named:http")`],
  events: [`await k8s.pods.events("p")`, `await k8s.nodes.events("node0")`],
  recent: [`await k8s.events.recent({ types: "Warning" })`],
  follow: [`for await (const one of k8s.everywhere.events.follow()) break`],
  token: [`await k8s.serviceaccounts.token("default")`],
  approve: [[`await k8s.csr.approve("jane")`, "approve signers.certificates.k8s.io everywhere"]],
  deny: [[`await k8s.csr.deny("mallory")`, "approve signers.certificates.k8s.io everywhere"]],
  describe: [
    ...["pods p", "deployments web", "services web", "nodes node0", "namespaces default", "serviceaccounts default"],
    ...[
      "statefulsets db",
      "daemonsets agent",
      "jobs said",
      "cronjobs tick",
      "configmaps c",
      "ingresses in",
      "pvc data",
    ],
  ].map((one): Case => {
    const [helper, name] = one.split(" ");
    // Others are looked for where there is none of the name. Reading a namespace counts as in it.
    const inItself = helper === "namespaces" ? ["get namespaces everywhere"] : [];
    return [`await k8s.${helper}.describe("${name}")`, `list ${resourceOf(helper ?? "")}`, ...inItself];
  }),
  tree: [[`await k8s.deployments.tree("web")`, "get replicasets"]],
};

/** Scripts that call each method of `k8s`, by the method. */
const OF_CLUSTER: Readonly<Record<string, readonly Case[]>> = {
  apply: [
    `await k8s.apply(\`apiVersion: v1\nkind: ConfigMap\nmetadata: { name: applied-\${1 + 1} }\n\`)`,
    `await k8s.apply([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x", namespace: "other" } }], { wait: false })`,
    [
      `await k8s.apply(k8s.make.deployment("waited", { image: "busybox", command: ["sleep", "9"] }), { wait: true })`,
      "list deployments",
      "watch deployments",
    ],
    `await k8s.apply(k8s.make.configMap("member"), { prune: true, applySet: "set" });
     await k8s.apply(k8s.make.configMap("successor"), { prune: true, applySet: "set" });`,
  ],
  create: [`await k8s.create(k8s.make.configMap("created"))`],
  replace: [`await k8s.replace(k8s.make.configMap("c"))`],
  diff: [`await k8s.diff(k8s.make.configMap("c"))`],
  delete: [
    // What is gone by the server's answer is not waited for.
    [
      `await k8s.delete({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "deleted" } })`,
      "list configmaps",
      "watch configmaps",
    ],
    `await k8s.delete({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "let-go" } }, { wait: false })`,
  ],
  wait: [[`await k8s.wait(["deployments/web", "pods/p"], "exists")`, EVENTS, "list pods"]],
  proxy: [`await (await k8s.proxy({ port: 0 })).close()`],
  across: [
    `await k8s.across({ namespaces: ["default", "other"] }, (k8s) => k8s.pods.list())`,
    [`await k8s.across({ namespaces: "*" }, (k8s) => k8s.configmaps.list())`, "list configmaps everywhere"],
  ],
  run: [
    `await k8s.run("once", { image: "busybox", command: ["true"] })`,
    `await k8s.run("once-more", { image: "busybox", command: ["true"], attach: true, rm: true })`,
    [
      `await k8s.run("fed", { image: "busybox", command: ["cat"], attach: true, stdin: "x", signal: AbortSignal.timeout(900) })`,
      "get pods/log",
    ],
  ],
  health: [`await k8s.health()`],
  clusterInfo: [`await k8s.clusterInfo()`, `await k8s.in("other").clusterInfo()`],
  "top.nodes": [`await k8s.top.nodes()`, `await k8s.top.nodes({ name: "node0" })`],
  "top.pods": [`await k8s.in("other").top.pods()`],
  "access.can": [`await k8s.access.can("get", "pods")`],
  "access.whoami": [`await k8s.access.whoami()`],
  "access.rules": [`await k8s.access.rules()`],
  "access.whoCan": [`await k8s.access.whoCan("get", "pods")`],
  "access.rulesOf": [`await k8s.access.rulesOf("jane")`],
  "access.grant": [
    [
      `await k8s.access.grant({ user: "jane", clusterRole: "view" });
       await k8s.access.grant({ user: "joe", clusterRole: "view", name: "view:user:jane" });`,
    ],
    [
      `await k8s.access.grant({ user: "jane", clusterRole: "view", namespace: "*" })`,
      "update clusterrolebindings everywhere",
    ],
  ],
  "access.revoke": [
    [
      `await k8s.access.revoke({ user: "jane", clusterRole: "view" });
       await k8s.access.revoke({ user: "joe", clusterRole: "view" });`,
    ],
  ],
  "access.reconcile": [
    `await k8s.access.reconcile(k8s.make.role("reader", { verbs: "get", resources: "pods" }));
     await k8s.access.reconcile(k8s.make.role("reader", { verbs: "get", resources: "services" }));`,
  ],
  "access.kubeconfig": [`await k8s.access.kubeconfig("default")`],
  as: [
    `await k8s.as("jane", ["devs"]).can("get", "pods")`,
    `const robot = k8s.as("system:serviceaccount:other:robot");
     await robot.in("other").pods.list().catch(() => {})`,
  ],
  can: [`await k8s.can("get", "pods")`],
  whoami: [`await k8s.whoami()`],
  info: [`await k8s.info()`],
  version: [`await k8s.version()`],
  versions: [`await k8s.versions()`],
  resources: [`await k8s.resources()`],
  explain: [`await k8s.explain("pods")`],
};

const OF_SUBRESOURCES: Readonly<Record<string, readonly Case[]>> = {
  get: [`await k8s.pods.status.get("p")`],
  patch: [`await k8s.pods.subresource("status").patch("p", { status: { message: "x" } })`],
  replace: [`await k8s.pods.status.replace({ metadata: { name: "p" }, status: {} }).catch(() => {})`],
  apply: [
    `await k8s.pods.status.apply({ apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, status: { message: "y" } })`,
  ],
  create: [`await k8s.serviceaccounts.subresource("token").create("default", { spec: {} })`],
};

const OF_PATHS: readonly Case[] = [
  `await k8s.http.get("/api/v1/namespaces/other/pods?limit=1")`,
  `await k8s.http.get("/metrics").catch(() => {})`,
  `await k8s.http.request("PATCH", "/api/v1/namespaces/default/configmaps/c", { data: {} }, { headers: { "content-type": "application/merge-patch+json" } })`,
];

let cluster: StreamCluster;
let k8s: Cluster;
let dir: string;
let observed: Access[] = [];

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "kubescript-rights-"));
  writeFileSync(path.join(dir, "file"), "x");
  cluster = await startStreamCluster(
    { observe: (request) => void observed.push(...observedAccesses(request)) },
    undefined,
    { metrics: true },
  );
  k8s = cluster.k8s;
  await cluster.pod("p");
  const labels = (app: string): { selector: object; template: object } => ({
    selector: { matchLabels: { app } },
    template: {
      metadata: { labels: { app } },
      spec: { containers: [{ name: "main", image: "busybox:1", command: ["sleep", "infinity"] }] },
    },
  });
  const once = {
    metadata: { labels: { app: "said" } },
    spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox:1", command: ["echo", "said"] }] },
  };
  const pod = (name: string): object => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { run: name } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: "main",
          image: "busybox:1",
          command: ["sh", "-c", "sleep 99"],
          ports: [{ name: "http", containerPort: 80 }],
        },
      ],
    },
  });
  const [request] = /LS0t\S+/.exec(readFileSync("test/clients/describe/request.yaml", "utf8")) ?? [];
  const csr = (name: string): object => ({
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name },
    spec: { request, signerName: "kubernetes.io/kube-apiserver-client", usages: ["client auth"] },
  });
  const configMaps = ["c", "gone", "deleted", "let-go"].map((name) => make.configMap(name));
  await k8s.apply([
    make.namespace("other"),
    ...configMaps,
    { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 1, ...labels("web") } },
    { apiVersion: "apps/v1", kind: "StatefulSet", metadata: { name: "db" }, spec: { replicas: 1, ...labels("db") } },
    { apiVersion: "apps/v1", kind: "DaemonSet", metadata: { name: "agent" }, spec: labels("agent") },
    make.service("web", { tcp: "80" }),
    { apiVersion: "batch/v1", kind: "Job", metadata: { name: "said" }, spec: { template: once } },
    make.ingress("in", { rules: "example.com/=web:80" }),
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    },
    ...[pod("evicted"), pod("deleted"), pod("named"), csr("jane"), csr("mallory")],
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: { name: "tick" },
      spec: { schedule: "0 0 1 1 *", jobTemplate: { spec: { template: once } } },
    },
  ] as never);
  await k8s.jobs.create(make.job("tick-1", { from: await k8s.cronjobs.get("tick") }));
  await k8s.wait(["deployments/web", "jobs/said", "jobs/tick-1", "pods/named"], k8s.conditions.exists);
  await k8s.jobs.wait(["said", "tick-1"], "complete", { timeoutMs: 20_000 });
  await k8s.deployments.rollout.wait("web", { timeoutMs: 20_000 });
  await k8s.deployments.set.env("web", { FIRST: "1" });
  await k8s.deployments.rollout.wait("web", { timeoutMs: 20_000 });
}, 60_000);

afterAll(async () => {
  await cluster.close();
  rmSync(dir, { recursive: true, force: true });
});

const TABLES: readonly (readonly [string, Readonly<Record<string, readonly Case[]>>])[] = [
  ["helpers", OF_HELPERS],
  ["k8s", OF_CLUSTER],
  ["sub-resources", OF_SUBRESOURCES],
  ["paths", { http: OF_PATHS }],
];

test("in a plan, no method sends what has an effect", async () => {
  const sent: string[] = [];
  const plan = await openCluster({
    kubeconfig: cluster.kubeconfig,
    plan: () => {},
    trace: { write: (line) => void sent.push(line) },
  });
  const scripts = TABLES.flatMap(([, cases]) => Object.values(cases).flat()).map((one) => [one].flat()[0] ?? "");
  const trials = scripts.map((script) =>
    runOn(
      plan.under(() => AbortSignal.timeout(5000)),
      script,
    ),
  );
  const failures = (await Promise.allSettled(trials)).flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
  await plan.close();
  const [reads, reviews, upgrades] = [/^(GET|HEAD) /, /\/selfsubject\w*reviews /, / 101 in /];
  const harmless = (line: string): boolean => reads.test(line) || line.includes("dryRun=All") || reviews.test(line);
  expect(sent.filter((line) => !harmless(line) || upgrades.test(line))).toEqual([]);
  expect(sent.filter((line) => line.includes("dryRun=All")).length).toBeGreaterThan(20);
  // What has no dry run, and what looks for what was not made.
  const known = ["NO_DRY_RUN", "NOT_FOUND", "ABORTED"];
  expect(failures.filter(({ code }) => !known.includes(code))).toEqual([]);
  expect(failures.filter(({ code }) => code === "NO_DRY_RUN").length).toBeGreaterThan(10);
}, 30_000);

describe.each(TABLES)("the rights shown by a source are those that are used: %s", (_, cases) => {
  const all = Object.values(cases).flat();
  test.each(
    all.map((one): readonly [string, readonly string[]] =>
      typeof one === "string" ? [one, []] : [one[0], one.slice(1)],
    ),
  )(
    "%s",
    async (script, besides) => {
      const { used, shown } = await rightsOf(script);
      expect(used.filter((one) => !covers(shown, one))).toEqual([]);
      expect(shown.filter((one) => !used.includes(one) && !besides.includes(one))).toEqual([]);
    },
    20_000,
  );
});

test("every method is in a table, and tried", () => {
  const helper = [
    ...methodsOf(ResourceHelper.prototype, HELPER_INERT),
    ...methodsOf(Rollout.prototype).map((one) => `rollout.${one}`),
    ...methodsOf(TemplateSetter.prototype).map((one) => `set.${one}`),
  ];
  expect(helper.sort()).toEqual(Object.keys(HELPER_RIGHTS).sort());
  expect(Object.keys(OF_HELPERS).sort()).toEqual(helper);
  const own = [
    ...methodsOf(ClusterHandle.prototype, CLUSTER_INERT),
    ...methodsOf(AccessVerbs.prototype).map((one) => `access.${one}`),
    ...methodsOf(Top.prototype).map((one) => `top.${one}`),
  ];
  expect(own.sort()).toEqual(Object.keys(CLUSTER_RIGHTS).sort());
  expect(Object.keys(OF_CLUSTER).concat("close").sort()).toEqual(own);
  expect(methodsOf(Subresource.prototype).sort()).toEqual(Object.keys(SUBRESOURCE_RIGHTS).sort());
  expect(Object.keys(OF_SUBRESOURCES).sort()).toEqual(Object.keys(SUBRESOURCE_RIGHTS).sort());
  expect(
    Object.keys(make)
      .filter((one) => one !== "files" && one !== "envFile")
      .sort(),
  ).toEqual([...BUILDERS].sort());
});

/** What gives another handle or a value of this program, and getters. */
const HELPER_INERT = new Set([
  ...["in", "everywhere", "dryRun", "to", "resource", "subresource", "signalFor", "toJSON", "toString"],
  ...["showProgress", "lendTerminal", "hold", "status", "rollout", "set"],
]);
const CLUSTER_INERT = new Set([
  ...["in", "everywhere", "use", "dryRun", "under", "resource", "toJSON", "toString"],
  ...["context", "namespace", "server", "isDryRun", "contexts", "files", "target", "http", "transport", "discovery"],
  ...["conditions", "make", "access", "top"],
]);

function methodsOf(prototype: object, inert: ReadonlySet<string> = new Set()): string[] {
  const names = new Set<string>();
  for (let one = prototype; one !== Object.prototype; one = Object.getPrototypeOf(one) as object) {
    for (const name of Object.getOwnPropertyNames(one)) if (name !== "constructor") names.add(name);
  }
  return [...names].filter((name) => !inert.has(name));
}

/** What a script asks for, and what its source shows: `list pods in other`, `get nodes everywhere`. */
async function rightsOf(script: string): Promise<{ used: string[]; shown: string[] }> {
  const lookup = {
    resolve: (name: string) =>
      k8s
        .resource(name)
        .resource()
        .catch(() => undefined),
    listable: () => k8s.resources({ verbs: ["list"] }),
  };
  const shown = told(await rightsInCode(script, "default", lookup));
  observed = [];
  await runOn(k8s, script).catch((error: unknown) => {
    if (!(error instanceof AbortError)) throw error;
  });
  return { used: told(observed), shown };
}

async function runOn(handle: Cluster, script: string): Promise<void> {
  const run = Object.getPrototypeOf(async () => {}).constructor as new (
    ...words: string[]
  ) => (...values: unknown[]) => Promise<void>;
  await new run("k8s", "dir", "forwarded", script)(handle, dir, forwarded);
}

async function forwarded(forward: PortForward): Promise<void> {
  await fetch(`http://127.0.0.1:${forward.localPort}`).catch(() => undefined);
  await forward.close();
}

/** Each once, as far as somebody has to grant it. */
function told(accesses: readonly Access[]): string[] {
  const { cluster: everywhere, namespaces } = accessRules(accesses);
  const lines = (rules: typeof everywhere, where: string): string[] =>
    rules.flatMap(({ apiGroups, resources = [], nonResourceURLs = [], resourceNames = [""], verbs }) => [
      ...resources.flatMap((resource) =>
        resourceNames.flatMap((name) => {
          const what = `${qualified(resource, apiGroups?.[0])}${name === "" ? "" : ` named ${name}`}`;
          return verbs.map((verb) => `${verb} ${what}${where}`);
        }),
      ),
      ...nonResourceURLs.flatMap((url) => verbs.map((verb) => `${verb} ${url}`)),
    ]);
  return [
    ...lines(everywhere, " everywhere"),
    ...[...namespaces].flatMap(([name, rules]) => lines(rules, name === "default" ? "" : ` in ${name}`)),
  ].sort();
}

function qualified(resource: string, group: string | undefined): string {
  return group === "metrics.k8s.io" || group === "certificates.k8s.io" ? `${resource}.${group}` : resource;
}

function covers(shown: readonly string[], one: string): boolean {
  const anyName = one.replace(/ named \S+/, "");
  return [one, anyName].some((right) => {
    return shown.includes(right) || shown.includes(right.replace(/( in \S+)?$/, " everywhere"));
  });
}

function resourceOf(helper: string): string {
  const name = helper === "pvc" ? "persistentvolumeclaims" : helper;
  return ["nodes", "namespaces"].includes(name) ? `${name} everywhere` : name;
}
