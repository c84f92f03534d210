import { afterEach, beforeEach, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import type { DeletedObject } from "../../src/operations/manifests/delete.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";

let cluster: SandboxCluster;
let k8s: Cluster;
/** What the deletions say in their bodies. */
let bodies: Promise<unknown>[];
let failure: ((request: Request) => Response | undefined) | undefined;

beforeEach(() => {
  failure = undefined;
  bodies = [];
  cluster = sandboxCluster({
    fail: (request) => {
      if (request.method === "DELETE") bodies.push(request.clone().json());
      return failure?.(request);
    },
  });
  ({ k8s } = cluster);
});

afterEach(() => cluster.close());

const object = (kind: string, name: string, metadata: object = {}, more: object = {}): KubernetesObject =>
  ({ apiVersion: "v1", kind, metadata: { name, ...metadata }, ...more }) as object;
const held = (name: string): KubernetesObject => object("ConfigMap", name, { finalizers: ["example.com/hold"] });
const brief = (report: readonly DeletedObject[]): string[] =>
  report.map(({ kind, name, action }) => `${kind}/${name} ${action}`);
const deletions = (): string[] =>
  cluster.requests
    .filter((one) => one.startsWith("DELETE"))
    .map((one) => one.replace(/^DELETE .*?(\w+\/[\w-]+)\?.*|^DELETE .*?(\w+\/[\w-]+)$/, "$1$2"));
const forbidden = (message: string): Response =>
  Response.json({ kind: "Status", code: 403, reason: "Forbidden", message }, { status: 403 });

test("goes in the reverse order, and the turn of what others stand on comes when these are gone", async () => {
  const low = { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "low" }, value: 1 };
  const set = [low, object("Service", "web", {}, { spec: { ports: [{ port: 80 }] } }), held("a")];
  await k8s.apply(set);
  let released = false;
  const deleting = k8s.delete(set).then((report) => ({ report, after: released }));
  await k8s.configmaps.wait("a", (one) => one?.metadata?.deletionTimestamp !== undefined);
  expect(deletions()).toEqual(["services/web", "configmaps/a"]);
  released = true;
  await k8s.configmaps.patch("a", { metadata: { finalizers: null } });
  const { report, after } = await deleting;
  expect(after).toBe(true);
  expect(brief(report)).toEqual(["Service/web deleted", "ConfigMap/a deleted", "PriorityClass/low deleted"]);
  expect(await k8s.priorityclasses.find("low")).toBeUndefined();
});

test("one that cannot be deleted keeps no other, and is named in the end with what was deleted", async () => {
  await k8s.apply([object("ConfigMap", "a"), object("ConfigMap", "b")]);
  failure = (request) =>
    request.method === "DELETE" && /\/a(\?|$)/.test(request.url) ? forbidden("not you") : undefined;
  await expect(
    k8s.delete([object("ConfigMap", "a"), object("ConfigMap", "b"), object("ConfigMap", "c")]),
  ).rejects.toMatchObject({
    code: "FORBIDDEN",
    message: expect.stringMatching(
      /^Cannot delete 2 of 3 objects\n {2}object 1: not you\n {2}object 3: configmaps "c" not found\n {2}1 of 3 objects were deleted: ConfigMap "b"$/,
    ),
  });
  expect(await k8s.configmaps.find("b")).toBeUndefined();
});

test("what is absent is told apart when that is no failure, kinds that nobody serves included", async () => {
  await k8s.apply(object("ConfigMap", "a"));
  const widget = { ...object("Widget", "w"), apiVersion: "example.com/v1" };
  const set = [object("ConfigMap", "a"), object("ConfigMap", "b"), widget];
  await expect(k8s.dryRun().delete(set)).rejects.toThrow(/2 of 3 objects/);
  expect(await k8s.configmaps.find("a")).toBeDefined();
  // A server that finds options in the body heeds no others.
  for (const body of await Promise.all(bodies)) expect(body).toMatchObject({ dryRun: ["All"] });
  expect(brief(await k8s.delete(set, { ignoreNotFound: true })).sort()).toEqual([
    "ConfigMap/a deleted",
    "ConfigMap/b absent",
    "Widget/w absent",
  ]);
});

test("a time limit that is no length of time is refused before anything is deleted", async () => {
  await k8s.apply(object("ConfigMap", "a"));
  for (const timeoutMs of [Number.NaN, -1, "30s" as unknown as number]) {
    const asked = [
      k8s.delete(object("ConfigMap", "a"), { timeoutMs }),
      k8s.configmaps.delete("a", { wait: true, timeoutMs }),
      k8s.configmaps.deleteAll({ labels: { app: "web" }, wait: true, timeoutMs }),
    ];
    await Promise.all(asked.map((one) => expect(one).rejects.toMatchObject({ code: "INVALID_INPUT" })));
  }
  expect(deletions()).toEqual([]);
});

test("at the end of its time, or interrupted, it says what is gone, what was asked for and what was not", async () => {
  const set = [object("Namespace", "shop"), object("ServiceAccount", "bot"), held("a")];
  await k8s.apply(set);
  const service = object("Service", "web", {}, { spec: { ports: [{ port: 80 }] } });
  await k8s.apply(service);
  const late = await k8s.delete([...set, service], { timeoutMs: 50 }).catch((error: unknown) => error);
  expect(late).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(
      /^Timed out after 0\.05 s waiting for .*a.*held by finalizers example\.com\/hold.*\n {2}1 of 4 objects were deleted: Service "web"\n {2}asked for and not known to be gone: .*ConfigMap "a".*\n {2}not deleted: Namespace "shop"$/s,
    ),
  });
  const abort = new AbortController();
  const interrupted = k8s
    .delete([object("Namespace", "shop"), held("a")], { signal: abort.signal, timeoutMs: 0 })
    .catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort();
  expect(await interrupted).toMatchObject({ code: "ABORTED" });
  expect(await k8s.namespaces.find("shop")).toBeDefined();
});

test("what an object owns goes with it, as for kubectl, also where the API would leave it behind", async () => {
  const containers = [{ name: "main", image: "busybox:1" }];
  const spec = { template: { spec: { restartPolicy: "Never" as const, containers } } };
  for (const name of ["a", "b", "c"]) await k8s.jobs.create({ metadata: { name, labels: { all: name } }, spec });
  await k8s.jobs.delete("a");
  await k8s.jobs.deleteAll({ labels: "all=b" });
  await k8s.delete({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "c" } });
  expect(await Promise.all(bodies)).toEqual(
    Array(3).fill(expect.objectContaining({ propagationPolicy: "Background" })),
  );
  expect(await k8s.jobs.list()).toEqual([]);
});

test("without waiting it asks and is done; options reach the server", async () => {
  await k8s.apply(held("a"));
  expect(
    brief(await k8s.delete(held("a"), { wait: false, gracePeriodSeconds: 0, propagationPolicy: "Foreground" })),
  ).toEqual(["ConfigMap/a deleted"]);
  expect((await k8s.configmaps.get("a")).metadata?.finalizers).toContain("foregroundDeletion");
});

test("objects of one name in two namespaces are told apart in what was not deleted", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `m${index}`);
  const set = ["other", "default"].flatMap((namespace) =>
    names.map((name) => object("ConfigMap", name, { namespace })),
  );
  await k8s.apply([object("Namespace", "other"), ...set], { validate: false });
  const abort = new AbortController();
  failure = (request) => {
    if (request.method === "DELETE" && deletions().length === 20) abort.abort();
    return undefined;
  };
  const error = (await k8s.delete(set, { signal: abort.signal }).catch((thrown: unknown) => thrown)) as Error;
  const [, done = "", ...open] = error.message.split("\n");
  const counts = open.map((line) => {
    const [, more = 0] = /and (\d+) more/.exec(line) ?? [];
    return (line.match(/ConfigMap "/g)?.length ?? 0) + Number(more);
  });
  expect(Number.parseInt(done, 10) + counts.reduce((sum, one) => sum + one, 0)).toBe(40);
});

test("what the server says is gone is not watched for, and what takes the place of another is not waited for", async () => {
  await k8s.apply([object("ConfigMap", "a"), object("ConfigMap", "b"), held("c")]);
  await k8s.delete([object("ConfigMap", "a"), object("ConfigMap", "b")]);
  expect(cluster.requests.filter((one) => one.includes("watch=true"))).toEqual([]);
  // As the account "default" of a namespace, which a controller makes anew at once: what is there is another one.
  const leaving = { ...held("c"), metadata: { name: "c", uid: "another", deletionTimestamp: "2026-01-01T00:00:00Z" } };
  failure = (request) => (request.method === "DELETE" ? Response.json(leaving) : undefined);
  expect(brief(await k8s.delete(held("c"), { timeoutMs: 2000 }))).toEqual(["ConfigMap/c deleted"]);
});
