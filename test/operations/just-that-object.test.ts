import { afterEach, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import { evict } from "../../src/operations/nodes/evict.ts";
import { run } from "../../src/operations/run/run.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";
import { type SandboxCluster, sandboxCluster } from "../support/sandbox-cluster.ts";
import { failureOf } from "../transport/support/failure.ts";

/**
 * Between the moment at which a verb looked at an object and the one at which it takes it away, another may have come by its
 * name, or somebody may have changed it. Then it is not that object any more, and stays.
 */
const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

function moving(options: Parameters<typeof movingSandbox>[0] = {}): MovingSandbox {
  const sandbox = movingSandbox(options);
  open.push(sandbox);
  return sandbox;
}

/** A cluster in which `meanwhile` happens as a request that matches comes in, before the server acts on it. */
function changing(request: RegExp, meanwhile: (cluster: SandboxCluster) => void): SandboxCluster {
  let once = true;
  const cluster: SandboxCluster = sandboxCluster({
    fail: ({ method, url }) => {
      if (once && request.test(`${method} ${new URL(url).pathname}`)) {
        once = false;
        meanwhile(cluster);
      }
      return undefined;
    },
  });
  open.push(cluster);
  return cluster;
}

const containers = [{ name: "main", image: "busybox:1", command: ["sleep", "infinity"] }];
const config = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
const by = { manager: "another" };

test("an eviction is of the pod that was looked at: of a successor it says that the first is gone", async () => {
  const { helper } = moving({ nodes: [] });
  const pods = helper<Pod>("pods");
  const before = await pods.create({ metadata: { name: "db-0" }, spec: { containers } });
  await pods.delete("db-0", { gracePeriodSeconds: 0 });
  expect(await evict(pods, before, {})).toEqual({ type: "gone" });
  const successor = await pods.create({ metadata: { name: "db-0" }, spec: { containers } });
  for (const disableEviction of [false, true]) {
    expect(await evict(pods, before, { disableEviction })).toEqual({ type: "gone" });
  }
  expect((await pods.get("db-0")).metadata?.uid).toBe(successor.metadata?.uid);
  expect(await evict(pods, successor, {})).toEqual({ type: "accepted" });
});

test("an eviction that conflicts is tried again while it is the same pod, and so is one in a namespace that goes", async () => {
  const status = (code: number, reason: string, cause?: string): Response =>
    Response.json(
      { kind: "Status", status: "Failure", code, reason, message: "m", details: { causes: [{ reason: cause }] } },
      { status: code },
    );
  let answer: Response | undefined;
  const { helper } = moving({ nodes: [], fail: ({ url }) => (url.includes("/eviction") ? answer : undefined) });
  const pods = helper<Pod>("pods");
  const pod = await pods.create({ metadata: { name: "db-0" }, spec: { containers } });
  answer = status(409, "Conflict");
  expect(await evict(pods, pod, {})).toMatchObject({ type: "blocked" });
  answer = status(403, "Forbidden", "NamespaceTerminating");
  expect(await evict(pods, pod, {})).toEqual({ type: "blocked", reason: "namespace default is being deleted" });
  answer = status(403, "Forbidden");
  expect(await failureOf(evict(pods, pod, {}))).toMatchObject({ code: "FORBIDDEN" });
});

test("with rm, a run takes its own pod away and no other", async () => {
  const { helper, settled, until } = moving();
  const pods = helper<Pod>("pods");
  const abort = new AbortController();
  const running = failureOf(
    run(pods, "once", { image: "busybox:1", command: ["sleep", "1000"], attach: true, rm: true, signal: abort.signal }),
  );
  await until(async () => (await pods.find("once"))?.status?.phase === "Running");
  await pods.delete("once", { gracePeriodSeconds: 0 });
  await pods.create({ metadata: { name: "once" }, spec: { containers } });
  abort.abort();
  await settled(running);
  expect((await pods.get("once")).metadata?.deletionTimestamp).toBeUndefined();
});

test("what is pruned is what was listed", async () => {
  const set = { prune: true, applySet: "set" } as const;
  const replaced = changing(/^DELETE .*\/configmaps\/old$/, ({ sandbox: { registry } }) => {
    registry.delete("configmaps", "default", "old");
    registry.create("configmaps", "default", { metadata: { name: "old" }, data: { of: "another" } }, by);
  });
  await replaced.k8s.apply([config("old"), config("kept")], set);
  await expect(replaced.k8s.apply(config("kept"), set)).rejects.toMatchObject({ code: "CONFLICT" });
  expect((await replaced.k8s.configmaps.get("old")).data).toEqual({ of: "another" });

  const gone = changing(/^DELETE .*\/configmaps\/old$/, ({ sandbox: { registry } }) => {
    registry.delete("configmaps", "default", "old");
  });
  await gone.k8s.apply([config("old"), config("kept")], set);
  const report = await gone.k8s.apply(config("kept"), set);
  expect(report.map(({ name, action }) => `${name} ${action}`)).toEqual(["kept unchanged", "old pruned"]);
});

test("a binding that somebody adds a subject to is not deleted with the last one that was known", async () => {
  const { k8s } = changing(/^DELETE .*\/rolebindings\/view:user:jane$/, ({ sandbox: { registry } }) => {
    const eve = { kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "eve" };
    const jane = { ...eve, name: "jane" };
    const addEve = (binding: object): object => ({ ...binding, subjects: [jane, eve] });
    registry.modify("rolebindings.rbac.authorization.k8s.io", "default", "view:user:jane", addEve as never, by);
  });
  await k8s.access.grant({ user: "jane", clusterRole: "view" });
  expect(await k8s.access.revoke({ user: "jane", clusterRole: "view" })).toMatchObject([{ action: "changed" }]);
  const { subjects } = await k8s.rolebindings.get("view:user:jane");
  expect(subjects?.map(({ name }) => name)).toEqual(["eve"]);
});

test("a deletion that is waited for ends with its object, whoever has the name then", async () => {
  const cluster = changing(/^DELETE .*\/configmaps\/held$/, ({ sandbox: { registry } }) => {
    // Right after the server's answer.
    setImmediate(() => {
      registry.modify(
        "configmaps",
        "default",
        "held",
        ({ metadata, ...rest }) => ({ ...rest, metadata: { ...metadata, finalizers: [] } }),
        by,
      );
      registry.create("configmaps", "default", { metadata: { name: "held" }, data: { of: "another" } }, by);
    });
  });
  const { configmaps } = cluster.k8s;
  await configmaps.create({ metadata: { name: "held", finalizers: ["example.com/kept"] } });
  await configmaps.delete("held", { wait: true, timeoutMs: 0 });
  expect((await configmaps.get("held")).data).toEqual({ of: "another" });
});

test("a label that somebody sets meanwhile is not written over unasked", async () => {
  const { k8s } = changing(/^PATCH .*\/configmaps\/web$/, ({ sandbox: { registry } }) => {
    const labelled = ({ metadata, ...rest }: { metadata: object }): object => ({
      ...rest,
      metadata: { ...metadata, labels: { owner: "another" } },
    });
    registry.modify("configmaps", "default", "web", labelled as never, by);
  });
  await k8s.create(config("web"));
  await expect(k8s.configmaps.label("web", "owner=me")).rejects.toThrow('owner is "another" already');
  expect((await k8s.configmaps.get("web")).metadata?.labels).toEqual({ owner: "another" });
});
