import { afterEach, beforeEach, expect, test } from "vitest";
import type { DrainProgress } from "../../src/operations/nodes/drain.ts";
import { classify, type DrainPlanOptions } from "../../src/operations/nodes/drain-plan.ts";
import { ResourceHelper } from "../../src/operations/resource-helper.ts";
import { plan } from "../../src/transport/plan.ts";
import type { DaemonSet, Deployment } from "../../src/types/apps-v1.ts";
import type { Node, Pod } from "../../src/types/core-v1.ts";
import type { PodDisruptionBudget } from "../../src/types/policy-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;
let nodes: ResourceHelper<Node>;
let pods: ResourceHelper<Pod>;
let fail: (request: Request) => Response | undefined;

beforeEach(() => {
  fail = () => undefined;
  cluster = movingSandbox({ nodes: [{ name: "a" }, { name: "b" }], fail: (request) => fail(request) });
  nodes = cluster.helper<Node>("nodes");
  pods = cluster.helper<Pod>("pods");
});
afterEach(() => cluster.close());

const onNode = async (node: string): Promise<(string | undefined)[]> =>
  (await pods.list({ fields: { "spec.nodeName": node } })).map(({ metadata }) => metadata?.name);
const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;

/** A Deployment whose pods all stand on node a, ready. */
async function workload(name: string, replicas: number): Promise<void> {
  const labels = { app: name };
  await nodes.cordon("b");
  await cluster.helper<Deployment>("deployments").create({
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: "main", image: "nginx" }] },
      },
    },
  });
  await cluster.until(async () => (await pods.list({ labels })).filter(isReady).length === replicas);
  await nodes.uncordon("b");
}

async function budget(name: string, minAvailable: number): Promise<void> {
  const budgets = cluster.helper<PodDisruptionBudget>("poddisruptionbudgets");
  await budgets.create({ metadata: { name }, spec: { minAvailable, selector: { matchLabels: { app: name } } } });
  await cluster.until(async () => (await budgets.get(name)).status?.observedGeneration === 1);
}

test("cordon and uncordon write only what changes", async () => {
  const cordoned = await nodes.cordon("a");
  expect(cordoned.spec?.unschedulable).toBe(true);
  await nodes.cordon("a");
  expect((await nodes.uncordon("a")).spec?.unschedulable).toBeUndefined();
  expect(cluster.requests.filter((one) => one.startsWith("PATCH"))).toHaveLength(2);
  await expect(pods.cordon("a")).rejects.toMatchObject({
    message: 'Cannot cordon pods "a": only nodes have that',
    hint: "Use k8s.nodes.",
  });
});

test("taints are set, changed on request and removed", async () => {
  const taints = (node: Node): string[] =>
    (node.spec?.taints ?? []).map(({ key, value = "", effect }) => `${key}=${value}:${effect}`);
  expect(taints(await nodes.taint("a", ["team=x:NoSchedule", "team:NoExecute"]))).toEqual([
    "team=x:NoSchedule",
    "team=:NoExecute",
  ]);
  await expect(nodes.taint("a", "team=y:NoSchedule")).rejects.toMatchObject({
    message: 'Cannot taint node "a": it has team:NoSchedule with value "x" already',
    hint: "Say { overwrite: true } to change it.",
  });
  expect(taints(await nodes.taint("a", "team=y:NoSchedule", { overwrite: true }))[0]).toBe("team=y:NoSchedule");
  const writes = cluster.requests.length;
  await nodes.taint("a", "team=y:NoSchedule");
  expect(cluster.requests.slice(writes).filter((one) => !one.startsWith("GET"))).toEqual([]);
  expect(taints(await nodes.taint("a", "team:NoExecute-"))).toEqual(["team=y:NoSchedule"]);
  await nodes.taint("a", "other=x:NoSchedule");
  expect(taints(await nodes.taint("a", ["one:NoSchedule", "two:NoSchedule"]))).toEqual([
    "one=:NoSchedule",
    "two=:NoSchedule",
    "other=x:NoSchedule",
    "team=y:NoSchedule",
  ]);
  await nodes.taint("a", ["one-", "two-"]);
  // As the documentation of Kubernetes has it; the value does not matter.
  expect(taints(await nodes.taint("a", "other=z:NoSchedule-"))).toEqual(["team=y:NoSchedule"]);
  expect(taints(await nodes.taint("a", "team-"))).toEqual([]);
  await expect(nodes.taint("a", "team-")).rejects.toThrow(/it has no taint team to remove/);
  for (const word of ["", "team", "team=x", "team=x:Never", "=x:NoSchedule", "team=x-"]) {
    await expect(nodes.taint("a", word)).rejects.toThrow(/is not a taint|has no effect that exists/);
  }
});

test("several nodes are taken in turn, by names or by selectors", async () => {
  const unschedulable = async (): Promise<string[]> =>
    (await nodes.list()).flatMap(({ metadata, spec }) => (spec?.unschedulable === true ? (metadata?.name ?? "") : []));
  await nodes.label("b", { pool: "old" });
  expect((await nodes.cordon(["a", "b"])).map(({ spec }) => spec?.unschedulable)).toEqual([true, true]);
  await nodes.uncordon({ labels: { pool: "old" } });
  expect(await unschedulable()).toEqual(["a"]);
  const [tainted, ...others] = await nodes.taint({ fields: "metadata.name=b" }, "team=x:NoSchedule");
  expect([tainted?.metadata?.name, tainted?.spec?.taints?.length, others]).toEqual(["b", 1, []]);
  expect((await nodes.drainPlan({ labels: "pool=old" })).every(({ node }) => node === "b")).toBe(true);
  expect(await cluster.settled(nodes.drain({ labels: "pool=old" }))).toEqual([]);
  expect(await unschedulable()).toEqual(["a", "b"]);
  expect(await nodes.drain({ labels: "pool=none" })).toEqual([]);
});

test("a failure in the middle of several nodes says which are done", async () => {
  await expect(nodes.cordon(["a", "none", "b"])).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: 'Cannot cordon nodes "none": it does not exist; cordoned: a; not cordoned: none, b',
  });
  expect((await nodes.get("b")).spec?.unschedulable).toBeUndefined();
});

test("Ctrl-C ends what several nodes are taken for, and says which are done", async () => {
  const line = new AbortController();
  const { transport, timing, scope } = nodes;
  const resource = await nodes.resource();
  const prompt = new ResourceHelper<Node>({ transport, timing, scope, resource, interruption: () => line.signal });
  fail = ({ method, url }) => {
    if (method === "GET" && url.includes("/nodes/b")) line.abort();
    return undefined;
  };
  await expect(prompt.cordon(["a", "b"])).rejects.toMatchObject({
    code: "ABORTED",
    message: expect.stringMatching(/; cordoned: a; not cordoned: b$/),
  });
  const others = [prompt.uncordon(["a", "b"]), prompt.taint(["a", "b"], "team=x:NoSchedule"), prompt.drainPlan("a")];
  await Promise.all(others.map((one) => expect(one).rejects.toMatchObject({ code: "ABORTED" })));
  expect((await nodes.get("a")).spec).toMatchObject({ unschedulable: true });
});

test.each<[what: object | undefined | null, message: RegExp]>([
  [undefined, /^Cannot drain: nothing says which nodes$/],
  [null, /^Cannot drain: nothing says which nodes$/],
  [{}, /^Cannot drain: that would choose every node$/],
  [{ labels: {} }, /^Cannot drain: that would choose every node$/],
  [{ labels: " ", fields: {} }, /^Cannot drain: that would choose every node$/],
  [{ force: true }, /^Cannot drain: "force" does not select nodes$/],
  [{ labels: "a", ignoreDaemonSets: true }, /^Cannot drain: "ignoreDaemonSets" does not select nodes$/],
  [{ selector: "a" }, /there is no option "selector"/],
])("%j in the place of a name never means every node", async (what, message) => {
  await nodes.resource();
  const before = cluster.requests.length;
  await expect(nodes.drain(what as never)).rejects.toThrow(message);
  expect(cluster.requests).toHaveLength(before);
});

test.each<[string, Partial<Pod>, DrainPlanOptions, string, RegExp]>([
  ["one of a ReplicaSet goes", owned("ReplicaSet"), {}, "evict", /^$/],
  ["one being deleted is left", { metadata: { deletionTimestamp: "x" } }, {}, "skip", /being deleted already/],
  ["a mirror is left", { metadata: { annotations: { "kubernetes.io/config.mirror": "x" } } }, {}, "skip", /mirror/],
  ["one of a DaemonSet is in the way", owned("DaemonSet"), { force: true }, "error", /belongs to DaemonSet owner/],
  ["one of a DaemonSet is left", owned("DaemonSet"), { ignoreDaemonSets: true }, "skip", /belongs to DaemonSet/],
  ["one with local data is in the way", local("ReplicaSet"), { force: true }, "error", /emptyDir cache would be lost/],
  ["one with local data goes", local("ReplicaSet"), { deleteEmptyDirData: true }, "evict", /would be lost/],
  ["a bare one is in the way", {}, { deleteEmptyDirData: true }, "error", /no controller/],
  ["a bare one goes by force", {}, { force: true }, "evict", /no controller/],
  ["a finished one goes", { ...local("DaemonSet"), status: { phase: "Succeeded" } }, {}, "evict", /^$/],
])("of the pods of a node, %s", (_, pod, options, action, reason) => {
  expect(classify(pod, options, false)).toMatchObject({ action, reason: expect.stringMatching(reason) });
});

test("a pod whose DaemonSet is gone goes by force only", () => {
  expect(classify(owned("DaemonSet"), { ignoreDaemonSets: true }, true)).toMatchObject({
    action: "error",
    lacks: ["force"],
  });
  expect(classify(owned("DaemonSet"), { force: true }, true)).toMatchObject({ action: "evict" });
});

test("a pod with several obstacles names them all", () => {
  const pod = { spec: { containers: [], volumes: [{ name: "cache", emptyDir: {} }] } };
  expect(classify(pod, {}, false)).toMatchObject({
    action: "error",
    reason: "data in its emptyDir cache would be lost; no controller makes it again",
    lacks: ["deleteEmptyDirData", "force"],
  });
  expect(classify(pod, { force: true }, false)).toMatchObject({ action: "error", lacks: ["deleteEmptyDirData"] });
});

test("the end of a pod that is being deleted is awaited, unless something makes it again on this node", () => {
  const deleted = (pod: Partial<Pod>): Partial<Pod> => ({ metadata: { ...pod.metadata, deletionTimestamp: "x" } });
  expect(classify(deleted({}), {}, false).ending).toBe(true);
  expect(classify(deleted(owned("ReplicaSet")), {}, false).ending).toBe(true);
  expect(classify(deleted(owned("DaemonSet")), {}, false).ending).toBe(false);
  expect(classify(deleted(owned("DaemonSet")), {}, true).ending).toBe(true);
  const mirror = { metadata: { annotations: { "kubernetes.io/config.mirror": "x" } } };
  expect(classify(deleted(mirror), {}, false)).toMatchObject({ action: "skip", ending: false });
});

function owned(kind: string): Partial<Pod> {
  return {
    metadata: { ownerReferences: [{ apiVersion: "apps/v1", kind, name: "owner", uid: "u", controller: true }] },
  };
}

function local(kind: string): Partial<Pod> {
  return { ...owned(kind), spec: { containers: [], volumes: [{ name: "cache", emptyDir: {} }] } };
}

test("a drain empties the node and leaves it cordoned", async () => {
  await workload("web", 2);
  const seen: DrainProgress[] = [];
  const report = await cluster.settled(nodes.drain("a", { onProgress: (step) => seen.push(step) }));
  expect(report.map(({ node, namespace, outcome }) => [node, namespace, outcome])).toEqual([
    ["a", "default", "evicted"],
    ["a", "default", "evicted"],
  ]);
  expect(seen.map(({ type }) => type)).toEqual(["planned", "cordoned", "evicting", "evicting", "evicted", "evicted"]);
  expect(await onNode("a")).toEqual([]);
  expect((await nodes.get("a")).spec?.unschedulable).toBe(true);
});

test("nothing is done while a pod stands in the way, and the error names each", async () => {
  await workload("web", 1);
  const spec = { nodeName: "a", containers: [{ name: "main", image: "nginx" }] };
  await pods.create({ metadata: { name: "bare" }, spec });
  await pods.create({ metadata: { name: "caching" }, spec: { ...spec, volumes: [{ name: "cache", emptyDir: {} }] } });
  const labels = { app: "agent" };
  await cluster.helper<DaemonSet>("daemonsets").create({
    metadata: { name: "agent" },
    spec: {
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: "agent", image: "agent" }] } },
    },
  });
  await cluster.until(async () => (await pods.list({ labels })).filter(isReady).length === 2);
  const plan = await nodes.drainPlan("a");
  expect(plan.map(({ action }) => action).sort()).toEqual(["error", "error", "error", "evict"]);
  const error = (await nodes.drain("a").catch((one: unknown) => one)) as Error & { hint: string };
  expect(error.message).toMatch(/^Cannot drain node "a": 3 pods stand in the way\n/);
  expect(error.message).toContain("\n  default/bare: no controller makes it again");
  expect(error.message).toContain("\n  default/caching: data in its emptyDir cache would be lost");
  expect(error.message).toMatch(/\n {2}default\/agent-\S+: it belongs to DaemonSet agent/);
  expect(error.hint).toBe(
    "Nothing was changed. Where that is meant, say { ignoreDaemonSets: true, deleteEmptyDirData: true, force: true }.",
  );
  await expect(nodes.drain("a", { force: true, deleteEmptyDirData: true })).rejects.toMatchObject({
    hint: "Nothing was changed. Where that is meant, say { ignoreDaemonSets: true }.",
  });
  expect((await nodes.get("a")).spec?.unschedulable).toBeUndefined();
  const report = await cluster.settled(
    nodes.drain("a", { force: true, ignoreDaemonSets: true, deleteEmptyDirData: true }),
  );
  expect(report.map(({ outcome }) => outcome).sort()).toEqual(["evicted", "evicted", "evicted", "skipped"]);
  expect(await onNode("a")).toEqual([expect.stringMatching(/^agent-/)]);
});

test("what a budget holds is tried again every 5 s, and the budget is named", async () => {
  await workload("web", 2);
  await budget("web", 1);
  await nodes.cordon("b");
  const blocked: { at: number; reason: string }[] = [];
  const draining = nodes.drain("a", {
    timeoutMs: 0, // no limit, as kubectl's --timeout=0
    onProgress: (step) => {
      if (step.type === "blocked") blocked.push({ at: cluster.now(), reason: step.reason });
    },
  });
  await cluster.until(() => blocked.length === 3);
  expect(blocked[0]?.reason).toMatch(/^The disruption budget web needs 1 healthy pods and has \d currently$/);
  for (const [index, { at }] of blocked.slice(1).entries()) {
    expect(at - (blocked[index]?.at ?? 0)).toBeGreaterThanOrEqual(5000);
    expect(at - (blocked[index]?.at ?? 0)).toBeLessThan(5500);
  }
  await nodes.uncordon("b");
  expect(await cluster.settled(draining)).toHaveLength(2);
});

test("a time-out and an interruption say what was done and what was not", async () => {
  await workload("web", 2);
  await budget("web", 1);
  await nodes.cordon("b");
  const late = await cluster.settled(nodes.drain("a", { timeoutMs: 20_000 }).catch((one: unknown) => one));
  expect(late).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(
      /^Cannot drain node "a": timed out after 20 s; 1 pod was evicted; not gone yet: default\/web-\S+ \(The disruption budget web needs/,
    ),
    hint: 'Cordoned and left so: "a". Drain again to go on, or k8s.nodes.uncordon(NAME) to take it back.',
  });
  const abort = new AbortController();
  const interrupted = nodes
    .drain("a", { signal: abort.signal, onProgress: ({ type }) => type === "blocked" && abort.abort() })
    .catch((one: unknown) => one);
  expect(await cluster.settled(interrupted)).toMatchObject({
    name: "AbortError",
    message: expect.stringMatching(/^Cannot drain node "a": it was interrupted; 0 pods were evicted; not gone yet/),
  });
  const before = cluster.requests.length;
  await expect(nodes.drain("a", { signal: abort.signal })).rejects.toMatchObject({ code: "ABORTED" });
  expect(cluster.requests).toHaveLength(before);
});

test("a drain without a signal ends with that of the code it runs in, as it was when the drain began", async () => {
  await workload("web", 1);
  await budget("web", 1);
  const lines = [new AbortController(), new AbortController()];
  let line = 0;
  const { transport, scope, timing } = nodes;
  const helper = new ResourceHelper<Node>({
    transport,
    resource: await nodes.resource(),
    scope,
    timing,
    interruption: () => (lines[line] as AbortController).signal,
  });
  let blocked = 0;
  const draining = helper
    .drain("a", {
      onProgress: ({ type }) => {
        if (type === "blocked") blocked += 1;
      },
    })
    .catch((error: unknown) => error);
  line = 1;
  await cluster.until(() => blocked === 1);
  lines[1]?.abort();
  await cluster.until(() => blocked === 2);
  lines[0]?.abort();
  expect(await cluster.settled(draining)).toMatchObject({
    code: "ABORTED",
    message: expect.stringContaining("0 pods"),
  });
});

test("a dry run asks the server of every pod and changes nothing", async () => {
  await workload("web", 1);
  await workload("held", 1);
  await budget("held", 1);
  const report = await nodes.drain("a", { dryRun: true });
  expect(report.map(({ pod, outcome, reason }) => [pod.replace(/-.*/, ""), outcome, reason]).sort()).toEqual([
    ["held", "blocked", "The disruption budget held needs 1 healthy pods and has 1 currently"],
    ["web", "evictable", ""],
  ]);
  expect((await nodes.get("a")).spec?.unschedulable).toBeUndefined();
  expect(await onNode("a")).toHaveLength(2);
  expect(await nodes.dryRun().drain("a")).toEqual(report);
  const writes = cluster.requests.filter((one) => one.startsWith("POST") && one.includes("/eviction"));
  expect(writes.every((one) => one.includes("dryRun=All"))).toBe(true);
  expect(writes).toHaveLength(4);
});

test("in a plan, the drain ends with what it would do", async () => {
  await workload("web", 1);
  const writes: string[] = [];
  const { transport, scope, timing } = nodes;
  const planned = new ResourceHelper<Node>({
    transport: plan(transport, ({ request }) =>
      writes.push(`${request.method} ${request.path.replace(/web-[^/]+/, "POD")}`),
    ),
    resource: await nodes.resource(),
    scope,
    timing,
    planned: true,
  });
  expect(await planned.drain("a")).toMatchObject([{ node: "a", outcome: "evictable" }]);
  expect(writes).toEqual(["PATCH /api/v1/nodes/a", "POST /api/v1/namespaces/default/pods/POD/eviction"]);
  expect(await onNode("a")).toHaveLength(1);
});

test("eviction can be given up for deletion, which no budget holds", async () => {
  await workload("web", 1);
  await budget("web", 1);
  await cluster.settled(nodes.drain("a", { disableEviction: true, gracePeriodSeconds: 0 }));
  expect(await onNode("a")).toEqual([]);
});

test("nodes are drained in turn, all cordoned before the first pod goes", async () => {
  const taken: string[] = [];
  await workload("web", 2);
  await cluster.settled(
    nodes.drain(["b", "a"], {
      onProgress: (step) => taken.push(step.type === "planned" ? "planned" : `${step.type} ${step.node}`),
    }),
  );
  expect(taken.slice(0, 3)).toEqual(["planned", "cordoned b", "cordoned a"]);
  await expect(nodes.drain([])).rejects.toThrow("Cannot drain: no node is named");
  await expect(nodes.drain(["a", "none"])).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("a budget that holds many pods is said once, with the first of them", async () => {
  await workload("web", 10);
  await budget("web", 10);
  const late = await cluster.settled(nodes.drain("a", { timeoutMs: 1000 }).catch((one: unknown) => one));
  expect((late as Error).message.match(/default\/web-/g)).toHaveLength(8);
  expect((late as Error).message).toMatch(/ and 2 more \(The disruption budget web needs[^(]*\)$/);
});

test("a pod that may not be evicted ends the drain, which does not wait for what a budget holds", async () => {
  await workload("web", 2);
  await budget("web", 2);
  await workload("free", 1);
  fail = ({ url, method }) =>
    method === "POST" && /\/pods\/free-[^/]+\/eviction/.test(url)
      ? Response.json(
          { kind: "Status", status: "Failure", reason: "Forbidden", message: "no", code: 403 },
          { status: 403 },
        )
      : undefined;
  const error = await cluster.settled(nodes.drain("a").catch((one: unknown) => one));
  expect(error).toMatchObject({
    code: "FORBIDDEN",
    message: expect.stringMatching(/^Cannot drain node "a": .*; 0 pods were evicted; not gone yet: /),
  });
});

/** A pod on node a that a finalizer holds. */
async function heldPod(name: string): Promise<void> {
  await pods.create({
    metadata: { name, finalizers: ["example.com/hold"] },
    spec: { nodeName: "a", terminationGracePeriodSeconds: 20, containers: [{ name: "main", image: "nginx" }] },
  });
  await cluster.until(async () => isReady(await pods.get(name)));
}
const letGo = (name: string): Promise<Pod> => pods.patch(name, { metadata: { finalizers: null } });

test("a pod that was being deleted before is not evicted, but the node is not drained before it is gone", async () => {
  await heldPod("ending");
  await pods.delete("ending", { wait: false });
  const seen: string[] = [];
  const began = cluster.now();
  const draining = nodes.drain("a", { onProgress: ({ type }) => seen.push(type) });
  await cluster.until(() => cluster.now() - began > 5000);
  expect(seen).toEqual(["planned", "cordoned", "awaiting"]);
  await letGo("ending");
  expect(await cluster.settled(draining)).toMatchObject([{ pod: "ending", outcome: "evicted" }]);
  expect(seen.at(-1)).toBe("evicted");
  expect(cluster.requests.filter((one) => one.includes("/eviction"))).toEqual([]);
});

test("one that is past its grace period is left only where that is asked for, and said so", async () => {
  await heldPod("stuck");
  await pods.delete("stuck", { wait: false });
  const waiting = nodes.drain("a", { skipWaitForDeleteTimeoutSeconds: 0, timeoutMs: 100_000 });
  expect(await cluster.settled(waiting.catch((one: unknown) => one))).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringContaining("not gone yet: default/stuck (it is ending)"),
  });
  await letGo("stuck");
  await cluster.until(async () => (await pods.find("stuck")) === undefined);
  await heldPod("stuck");
  await pods.delete("stuck", { wait: false });
  const began = cluster.now();
  const report = await cluster.settled(nodes.drain("a", { skipWaitForDeleteTimeoutSeconds: 10 }));
  expect(report).toMatchObject([
    { pod: "stuck", outcome: "skipped", reason: "it is still there 10 s after its time to end was over" },
  ]);
  expect(cluster.now() - began).toBeGreaterThanOrEqual(29_000);
  // Its time is over by now.
  const again = cluster.now();
  await cluster.settled(nodes.drain("a", { skipWaitForDeleteTimeoutSeconds: 10 }));
  expect(cluster.now() - again).toBeLessThan(2000);
});

test("an evicted pod that does not end is left only where that is asked for", async () => {
  await heldPod("stuck");
  const late = await cluster.settled(
    nodes.drain("a", { force: true, timeoutMs: 120_000 }).catch((one: unknown) => one),
  );
  expect(late).toMatchObject({ code: "TIMEOUT", message: expect.stringContaining("default/stuck (it is ending)") });
  await letGo("stuck");
  await cluster.until(async () => (await pods.find("stuck")) === undefined);
  await heldPod("stuck");
  const began = cluster.now();
  const report = await cluster.settled(nodes.drain("a", { force: true, skipWaitForDeleteTimeoutSeconds: 30 }));
  expect(report).toMatchObject([
    { outcome: "skipped", reason: "it is still there 30 s after its time to end was over" },
  ]);
  expect(cluster.now() - began).toBeGreaterThanOrEqual(50_000);
});

test("who may list pods but not watch them drains too", async () => {
  await workload("web", 2);
  fail = ({ url }) =>
    url.includes("watch=")
      ? Response.json({ kind: "Status", reason: "Forbidden", message: "no", code: 403 }, { status: 403 })
      : undefined;
  const report = await cluster.settled(nodes.drain("a"));
  expect(report.map(({ outcome }) => outcome)).toEqual(["evicted", "evicted"]);
  expect(await onNode("a")).toEqual([]);
});

test("a negative grace period is the pod's own", async () => {
  await workload("web", 1);
  const bodies: Promise<string>[] = [];
  fail = (request) => {
    if (request.url.includes("/eviction")) bodies.push(request.clone().text());
    return undefined;
  };
  await cluster.settled(nodes.drain("a", { gracePeriodSeconds: -1 }));
  expect(bodies).toHaveLength(1);
  expect(await bodies[0]).not.toContain("gracePeriodSeconds");
});

/** A refusal of the API server. */
function refusal(code: number, reason: string, details: object = {}): Response {
  return Response.json({ kind: "Status", status: "Failure", code, reason, message: reason, details }, { status: code });
}

test("just the pod that was seen is evicted: one that has taken its name meanwhile is another", async () => {
  await heldPod("web");
  const { uid } = (await pods.get("web")).metadata ?? {};
  const evictions: Promise<unknown>[] = [];
  let replaced = false;
  fail = (request) => {
    if (request.url.includes("/eviction")) {
      evictions.push(request.clone().json());
      replaced = evictions.length === 2;
      return refusal(409, "Conflict");
    }
    const isPod = request.method === "GET" && request.url.endsWith("/pods/web");
    return isPod && replaced ? Response.json({ metadata: { name: "web", uid: "other" } }) : undefined;
  };
  const seen: string[] = [];
  const report = await cluster.settled(nodes.drain("a", { force: true, onProgress: ({ type }) => seen.push(type) }));
  expect(await evictions[0]).toMatchObject({ deleteOptions: { preconditions: { uid } } });
  // A conflict about something else is tried again.
  expect(seen).toEqual(["planned", "cordoned", "evicting", "blocked", "evicted"]);
  expect(report).toMatchObject([{ pod: "web", outcome: "evicted" }]);
});

test("a pod of a namespace that is being deleted goes with it", async () => {
  await heldPod("web");
  fail = ({ url }) =>
    url.includes("/eviction") ? refusal(403, "Forbidden", { causes: [{ reason: "NamespaceTerminating" }] }) : undefined;
  const reasons: string[] = [];
  const draining = nodes.drain("a", {
    force: true,
    onProgress: (step) => step.type === "blocked" && reasons.push(step.reason),
  });
  await cluster.until(() => reasons.length === 2);
  await pods.delete("web", { wait: false });
  await letGo("web");
  expect(await cluster.settled(draining)).toMatchObject([{ pod: "web", outcome: "evicted" }]);
  expect(new Set(reasons)).toEqual(new Set(["namespace default is being deleted"]));
});

test("what has come before a node was closed stands in the way too, and nothing is evicted", async () => {
  await heldPod("bare");
  let lists = 0;
  fail = ({ url, method }) => {
    const isList = method === "GET" && url.includes("/pods?") && !url.includes("watch=");
    if (isList) lists += 1;
    return isList && lists === 1 ? Response.json({ kind: "PodList", metadata: {}, items: [] }) : undefined;
  };
  await expect(cluster.settled(nodes.drain("a"))).rejects.toMatchObject({
    message: 'Cannot drain node "a": a pod stands in the way\n  default/bare: no controller makes it again',
    hint: 'No pod was evicted; still cordoned: node "a". Where that is meant, say { force: true }.',
  });
  expect((await nodes.get("a")).spec?.unschedulable).toBe(true);
  expect(cluster.requests.filter((one) => one.includes("/eviction"))).toEqual([]);
});

test("the watch of a node ends with its turn", async () => {
  await heldPod("first");
  await pods.create({ metadata: { name: "second" }, spec: { nodeName: "b", containers: [{ name: "m", image: "m" }] } });
  const watches: (AbortSignal | undefined)[] = [];
  const { transport, scope, timing } = nodes;
  const helper = new ResourceHelper<Node>({
    transport: {
      ...transport,
      stream: (request, call) => {
        watches.push(call?.signal);
        return transport.stream(request, call);
      },
    },
    resource: await nodes.resource(),
    scope,
    timing,
  });
  const over: unknown[] = [];
  const draining = helper.drain(["b", "a"], {
    force: true,
    onProgress: (step) => {
      if (step.type === "evicting" && step.node === "a") over.push(...watches.map((signal) => signal?.aborted));
      if (step.type === "evicting" && step.node === "a") letGo("first").catch(() => {});
    },
  });
  await cluster.settled(draining);
  expect(over[0]).toBe(true);
});
