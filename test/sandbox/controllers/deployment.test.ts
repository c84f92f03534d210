import { expect, test } from "vitest";
import type { Deployment, ReplicaSet } from "../../../src/sandbox/controllers/kinds.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { findCondition, isTerminal, type Pod } from "../../../src/sandbox/pods/pod.ts";
import { type Cluster, deployment, startCluster, template } from "./harness.ts";

function live(cluster: Cluster, name = "web"): Deployment {
  return cluster.get("deployments.apps", name) as Deployment;
}

function replicaSets(cluster: Cluster): ReplicaSet[] {
  return cluster.registry.list("replicasets.apps", "default") as ReplicaSet[];
}

function isSettled(cluster: Cluster, name = "web"): boolean {
  const { status, spec, metadata } = live(cluster, name);
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, observedGeneration } = status ?? {};
  const wanted = spec.replicas ?? 1;
  return (
    observedGeneration === metadata.generation &&
    [updatedReplicas, replicas, availableReplicas].every((n) => n === wanted)
  );
}

function change(cluster: Cluster, edit: (spec: Deployment["spec"]) => object, name = "web"): void {
  cluster.registry.modify(
    "deployments.apps",
    "default",
    name,
    (object) => ({ ...object, spec: { ...(object as Deployment).spec, ...edit((object as Deployment).spec) } }),
    { manager: "test" },
  );
}

function restart(cluster: Cluster, at = "2026-01-01T00:00:00Z", name = "web"): void {
  const annotations = { "kubectl.kubernetes.io/restartedAt": at };
  change(
    cluster,
    ({ template: { metadata, spec } }) => ({ template: { metadata: { ...metadata, annotations }, spec } }),
    name,
  );
}

function stages(events: readonly { type: string; object: ApiObject }[]): string[] {
  return events.map(({ type, object }) => {
    const { status = {} } = object as Deployment;
    const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions } = status;
    const progress = findCondition(conditions, "Progressing")?.reason ?? "-";
    return `${type} ${replicas}/${updatedReplicas}/${availableReplicas} ${progress}`;
  });
}

test("a new deployment's watch tells what a real one's does", () => {
  const cluster = startCluster();
  const seen = cluster.record("deployments.apps");
  cluster.create("deployments.apps", deployment("web"));
  cluster.until(() => isSettled(cluster));
  expect(stages(seen)).toEqual([
    "ADDED 0/0/0 -",
    "MODIFIED 0/0/0 NewReplicaSetCreated",
    "MODIFIED 0/0/0 NewReplicaSetCreated",
    "MODIFIED 2/2/0 ReplicaSetUpdated",
    "MODIFIED 2/2/2 NewReplicaSetAvailable",
  ]);
  const types = live(cluster).status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`);
  expect(types).toEqual(["Available True MinimumReplicasAvailable", "Progressing True NewReplicaSetAvailable"]);
  expect(cluster.errors).toEqual([]);
});

test("a rollout never has fewer pods available nor more pods than the strategy allows", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web", { replicas: 8 }));
  cluster.until(() => isSettled(cluster));
  const seen = cluster.record("deployments.apps");
  restart(cluster);
  cluster.until(() => isSettled(cluster));
  for (const { object } of seen) {
    const { replicas = 0, availableReplicas = 0 } = (object as Deployment).status ?? {};
    expect(availableReplicas).toBeGreaterThanOrEqual(6);
    expect(replicas).toBeLessThanOrEqual(10);
  }
  expect(
    replicaSets(cluster)
      .map((one) => [one.metadata.annotations?.["deployment.kubernetes.io/revision"], one.spec.replicas])
      .sort(),
  ).toEqual([
    ["1", 0],
    ["2", 8],
  ]);
  expect(cluster.errors).toEqual([]);
});

test("going back to an earlier template revives its replica set under a new revision", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web"));
  cluster.until(() => isSettled(cluster));
  const [first] = replicaSets(cluster);
  restart(cluster);
  cluster.until(() => isSettled(cluster));
  change(cluster, ({ template: { metadata, spec } }) => ({
    template: { metadata: { labels: metadata?.labels }, spec },
  }));
  cluster.until(() => isSettled(cluster));
  const revived = cluster.get("replicasets.apps", first?.metadata.name ?? "") as ReplicaSet;
  expect(revived.spec.replicas).toBe(2);
  expect(revived.metadata.annotations).toMatchObject({
    "deployment.kubernetes.io/revision": "3",
    "deployment.kubernetes.io/revision-history": "1",
  });
  expect(live(cluster).metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("3");
});

test("Recreate starts nothing new before the last old pod has ended", () => {
  const cluster = startCluster();
  const podSpec = { terminationGracePeriodSeconds: 30 };
  cluster.create("deployments.apps", deployment("web", { strategy: { type: "Recreate" } }, podSpec));
  cluster.until(() => isSettled(cluster));
  const old = new Set(cluster.registry.list("pods").map((pod) => pod.metadata.uid));
  restart(cluster);
  let together = 0;
  cluster.until(() => {
    const running = cluster.registry.list("pods").filter((pod) => !isTerminal(pod as Pod));
    const uids = running.map((pod) => pod.metadata.uid);
    if (uids.some((uid) => old.has(uid)) && uids.some((uid) => !old.has(uid))) together++;
    return isSettled(cluster) && uids.every((uid) => !old.has(uid));
  });
  expect(together).toBe(0);
});

test("old replica sets beyond the history limit are deleted", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web", { replicas: 1, revisionHistoryLimit: 1 }));
  cluster.until(() => isSettled(cluster));
  for (let day = 1; day <= 3; day++) {
    restart(cluster, `2026-01-0${day}T00:00:00Z`);
    cluster.until(() => isSettled(cluster));
  }
  cluster.clock.advance(1000);
  expect(replicaSets(cluster)).toHaveLength(2);
});

test("a paused deployment scales but does not roll out, and says that it is paused", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web"));
  cluster.until(() => isSettled(cluster));
  change(cluster, () => ({ paused: true, replicas: 3 }));
  restart(cluster);
  cluster.clock.advance(5000);
  expect(replicaSets(cluster)).toHaveLength(1);
  expect(cluster.registry.list("pods")).toHaveLength(3);
  expect(findCondition(live(cluster).status?.conditions, "Progressing")).toMatchObject({
    status: "Unknown",
    reason: "DeploymentPaused",
  });
  change(cluster, () => ({ paused: false }));
  cluster.until(() => isSettled(cluster));
  expect(replicaSets(cluster)).toHaveLength(2);
});

test("a rollout that makes no progress within its deadline says so", () => {
  const cluster = startCluster();
  const annotations = { "sandbox.kubescript.dev/image-pull": "fail" };
  const spec = { progressDeadlineSeconds: 20, template: template({ app: "web" }, {}, annotations) };
  cluster.create("deployments.apps", deployment("web", spec));
  cluster.clock.advance(19_000);
  expect(findCondition(live(cluster).status?.conditions, "Progressing")?.reason).toBe("ReplicaSetUpdated");
  cluster.clock.advance(10_000);
  expect(findCondition(live(cluster).status?.conditions, "Progressing")).toMatchObject({
    status: "False",
    reason: "ProgressDeadlineExceeded",
    message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/),
  });
});

test("scaling in mid-rollout is shared among the replica sets", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web", { replicas: 10 }));
  cluster.until(() => isSettled(cluster));
  const annotations = { "sandbox.kubescript.dev/ready": "false" };
  change(cluster, ({ template: { metadata, spec } }) => ({
    template: { metadata: { ...metadata, annotations }, spec },
  }));
  cluster.clock.advance(5000);
  const before = replicaSets(cluster).map((one) => one.spec.replicas ?? 0);
  change(cluster, () => ({ replicas: 20 }));
  cluster.clock.advance(5000);
  const after = replicaSets(cluster).map((one) => one.spec.replicas ?? 0);
  expect(before.reduce((sum, n) => sum + n)).toBe(13);
  expect(after.reduce((sum, n) => sum + n)).toBe(25);
  for (const [at, size] of after.entries()) expect(size).toBeGreaterThan(before[at] ?? 0);
});

test("events carry the reasons, and the sources, of the real controllers", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web", { replicas: 1 }));
  cluster.until(() => isSettled(cluster));
  restart(cluster);
  cluster.until(() => isSettled(cluster) && cluster.registry.list("pods").length === 1);
  const told = cluster.registry.list("events").map((event) => {
    const source = event.source as { component?: string };
    const kind = (event.involvedObject as { kind: string }).kind;
    return `${event.type} ${event.reason} ${kind} ${source.component ?? event.reportingComponent}`;
  });
  expect([...new Set(told)].sort()).toEqual([
    "Normal Created Pod kubelet",
    "Normal Killing Pod kubelet",
    "Normal Pulled Pod kubelet",
    "Normal ScalingReplicaSet Deployment deployment-controller",
    "Normal Scheduled Pod default-scheduler",
    "Normal Started Pod kubelet",
    "Normal SuccessfulCreate ReplicaSet replicaset-controller",
    "Normal SuccessfulDelete ReplicaSet replicaset-controller",
    "Warning MissingClusterDNS Node kubelet",
    "Warning MissingClusterDNS Pod kubelet",
  ]);
});

test("a deployment deleted in the foreground goes last", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web"));
  cluster.until(() => isSettled(cluster));
  cluster.registry.delete("deployments.apps", "default", "web", { propagationPolicy: "Foreground" });
  cluster.until(() => {
    const gone = cluster.registry.get("deployments.apps", "default", "web") === undefined;
    if (gone) expect([cluster.registry.list("pods"), replicaSets(cluster)]).toEqual([[], []]);
    return gone;
  });
  expect(cluster.errors).toEqual([]);
});

test("orphaned replica sets and pods stay", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web"));
  cluster.until(() => isSettled(cluster));
  cluster.registry.delete("deployments.apps", "default", "web", { propagationPolicy: "Orphan" });
  cluster.clock.advance(5000);
  expect(cluster.registry.list("deployments.apps")).toEqual([]);
  expect(replicaSets(cluster).map((one) => one.metadata.ownerReferences)).toEqual([undefined]);
  expect(cluster.registry.list("pods")).toHaveLength(2);
});

test("a thousand pods come up in one go", () => {
  const cluster = startCluster([{ name: "node0", pods: 20_000 }]);
  cluster.create("deployments.apps", deployment("web", { replicas: 1000 }));
  cluster.until(() => isSettled(cluster));
  expect(cluster.registry.list("pods")).toHaveLength(1000);
  expect(cluster.errors).toEqual([]);
});
