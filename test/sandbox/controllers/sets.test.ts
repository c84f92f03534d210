import { expect, test } from "vitest";
import type { DaemonSet, StatefulSet } from "../../../src/sandbox/controllers/kinds.ts";
import { PROVISIONER } from "../../../src/sandbox/controllers/volume-binder.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Node, Pod } from "../../../src/sandbox/pods/pod.ts";
import { type Cluster, startCluster, template } from "./harness.ts";

const LABELS = { app: "db" };

function statefulSet(spec: object = {}): object {
  const defaults = { replicas: 3, serviceName: "db", selector: { matchLabels: LABELS }, template: template(LABELS) };
  return { metadata: { name: "db" }, spec: { ...defaults, ...spec } };
}

function names(cluster: Cluster): (string | undefined)[] {
  return cluster.registry.list("pods").map((pod) => pod.metadata.name);
}

function images(cluster: Cluster): (string | undefined)[] {
  return (cluster.registry.list("pods") as Pod[]).map((pod) => pod.spec.containers[0]?.image);
}

function setImage(cluster: Cluster, resource: string, image: string): void {
  const change = (object: StatefulSet): StatefulSet => ({
    ...object,
    spec: {
      ...object.spec,
      template: template(LABELS, {
        containers: [{ name: "main", image, command: ["sleep", "9"] }],
      }) as StatefulSet["spec"]["template"],
    },
  });
  cluster.registry.modify(resource, "default", "db", (object) => change(object as StatefulSet), { manager: "test" });
}

test("a stateful set's pods come one after the other, each once the one before is ready", () => {
  const cluster = startCluster();
  const seen = cluster.record("pods");
  cluster.create("statefulsets.apps", statefulSet());
  cluster.clock.advance(5000);
  const order = seen.flatMap(({ type, object }) => {
    const ready = (object as Pod).status?.conditions?.some((one) => one.type === "Ready" && one.status === "True");
    return type === "ADDED" ? [`${object.metadata.name} made`] : ready ? [`${object.metadata.name} ready`] : [];
  });
  expect([...new Set(order)]).toEqual([
    "db-0 made",
    "db-0 ready",
    "db-1 made",
    "db-1 ready",
    "db-2 made",
    "db-2 ready",
  ]);
  expect((cluster.get("statefulsets.apps", "db") as StatefulSet).status).toMatchObject({
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
  });
  expect(cluster.errors).toEqual([]);
});

test("it shrinks from the highest ordinal", () => {
  const cluster = startCluster();
  cluster.create("statefulsets.apps", statefulSet());
  cluster.clock.advance(5000);
  const gone = cluster.record("pods");
  cluster.registry.modify(
    "statefulsets.apps",
    "default",
    "db",
    (object) => ({ ...object, spec: { ...(object as StatefulSet).spec, replicas: 1 } }),
    { manager: "test" },
  );
  cluster.clock.advance(5000);
  expect(gone.filter(({ type }) => type === "DELETED").map(({ object }) => object.metadata.name)).toEqual([
    "db-2",
    "db-1",
  ]);
});

test("a rolling update stops at the partition, and goes on when it is lowered", () => {
  const cluster = startCluster();
  const partitioned = (partition: number) => ({
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
  });
  cluster.create("statefulsets.apps", statefulSet(partitioned(2)));
  cluster.clock.advance(5000);
  setImage(cluster, "statefulsets.apps", "busybox:2");
  cluster.clock.advance(5000);
  expect(images(cluster)).toEqual(["busybox:1", "busybox:1", "busybox:2"]);
  const { status } = cluster.get("statefulsets.apps", "db") as StatefulSet;
  expect(status?.currentRevision).not.toBe(status?.updateRevision);
  cluster.registry.modify(
    "statefulsets.apps",
    "default",
    "db",
    (object) => ({ ...object, spec: { ...(object as StatefulSet).spec, ...partitioned(0) } }),
    { manager: "test" },
  );
  cluster.until(() => {
    const { status: now } = cluster.get("statefulsets.apps", "db") as StatefulSet;
    return now?.currentRevision === now?.updateRevision;
  });
  expect(images(cluster)).toEqual(["busybox:2", "busybox:2", "busybox:2"]);
});

test("OnDelete leaves pods alone until somebody deletes them", () => {
  const cluster = startCluster();
  cluster.create("statefulsets.apps", statefulSet({ updateStrategy: { type: "OnDelete" } }));
  cluster.clock.advance(5000);
  setImage(cluster, "statefulsets.apps", "busybox:2");
  cluster.clock.advance(5000);
  cluster.registry.delete("pods", "default", "db-1");
  cluster.clock.advance(5000);
  expect(images(cluster)).toEqual(["busybox:1", "busybox:2", "busybox:1"]);
});

/** A set whose containers mount a claim of each pod's own. */
function withClaims(cluster: Cluster, retention: object = {}, spec: object = {}): void {
  cluster.create("storageclasses.storage.k8s.io", { metadata: { name: "standard" }, provisioner: PROVISIONER }, "");
  const claim = { accessModes: ["ReadWriteOnce"], storageClassName: "standard" };
  const containers = [{ name: "main", image: "busybox:1", volumeMounts: [{ name: "data", mountPath: "/data" }] }];
  const set = {
    template: template(LABELS, { containers, volumes: [{ name: "tmp", emptyDir: {} }] }),
    volumeClaimTemplates: [
      { metadata: { name: "data" }, spec: { ...claim, resources: { requests: { storage: "1Gi" } } } },
    ],
    persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain", ...retention },
    ...spec,
  };
  cluster.create("statefulsets.apps", statefulSet(set));
  cluster.clock.advance(5000);
}

function claimNames(cluster: Cluster): (string | undefined)[] {
  return cluster.registry.list("persistentvolumeclaims").map((claim) => claim.metadata.name);
}

function setSpec(cluster: Cluster, spec: object): void {
  const change = (object: ApiObject) => ({ ...object, spec: { ...(object as StatefulSet).spec, ...spec } });
  cluster.registry.modify("statefulsets.apps", "default", "db", change, { manager: "test" });
  cluster.clock.advance(5000);
}

test("each pod mounts claims of its own, bound, that stay its own when it goes and comes again", () => {
  const cluster = startCluster();
  withClaims(cluster);
  expect(claimNames(cluster)).toEqual(["data-db-0", "data-db-1", "data-db-2"]);
  const [claim] = cluster.registry.list("persistentvolumeclaims");
  expect(claim).toMatchObject({ metadata: { labels: LABELS }, status: { phase: "Bound" } });
  expect(claim?.metadata.ownerReferences).toBeUndefined();
  const { volumes } = (cluster.get("pods", "db-1") as Pod).spec;
  expect(Array.isArray(volumes) ? volumes.slice(0, 2) : volumes).toEqual([
    { name: "data", persistentVolumeClaim: { claimName: "data-db-1" } },
    { name: "tmp", emptyDir: {} },
  ]);
  const { uid } = cluster.get("persistentvolumeclaims", "data-db-2").metadata;
  setSpec(cluster, { replicas: 1 });
  expect(names(cluster)).toEqual(["db-0"]);
  expect(cluster.get("persistentvolumeclaims", "data-db-2").metadata.uid).toBe(uid);
  setSpec(cluster, { replicas: 3 });
  expect((cluster.get("statefulsets.apps", "db") as StatefulSet).status?.readyReplicas).toBe(3);
  expect(cluster.get("persistentvolumeclaims", "data-db-2").metadata.uid).toBe(uid);
  expect(cluster.errors).toEqual([]);
});

test("claims that are not to be retained go as the set shrinks, and others come as it grows", () => {
  const cluster = startCluster();
  withClaims(cluster, { whenScaled: "Delete" });
  const { uid } = cluster.get("persistentvolumeclaims", "data-db-2").metadata;
  setSpec(cluster, { replicas: 1 });
  expect(claimNames(cluster)).toEqual(["data-db-0"]);
  setSpec(cluster, { replicas: 3 });
  expect(claimNames(cluster)).toEqual(["data-db-0", "data-db-1", "data-db-2"]);
  expect(cluster.get("persistentvolumeclaims", "data-db-2").metadata).toMatchObject({
    uid: expect.not.stringMatching(uid ?? ""),
  });
  cluster.registry.delete("statefulsets.apps", "default", "db");
  cluster.clock.advance(5000);
  expect(names(cluster)).toEqual([]);
  expect(claimNames(cluster)).toEqual(["data-db-0", "data-db-1", "data-db-2"]);
});

test("claims go with the set where its policy says so, also since later", () => {
  const cluster = startCluster();
  withClaims(cluster);
  const owners = () => cluster.get("persistentvolumeclaims", "data-db-0").metadata.ownerReferences;
  setSpec(cluster, { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } });
  expect(owners()).toMatchObject([{ kind: "StatefulSet", name: "db", controller: true }]);
  setSpec(cluster, { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" } });
  expect(owners()).toBeUndefined();
  setSpec(cluster, { persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" } });
  cluster.registry.delete("statefulsets.apps", "default", "db");
  cluster.clock.advance(5000);
  expect(claimNames(cluster)).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test("a claim on its way out keeps its pod waiting, and is made anew", () => {
  const cluster = startCluster();
  withClaims(cluster, {}, { replicas: 1 });
  const { uid } = cluster.get("persistentvolumeclaims", "data-db-0").metadata;
  cluster.registry.delete("persistentvolumeclaims", "default", "data-db-0");
  cluster.clock.advance(1000);
  expect(cluster.get("persistentvolumeclaims", "data-db-0").metadata.uid).toBe(uid);
  cluster.registry.delete("pods", "default", "db-0");
  cluster.clock.advance(5000);
  expect(cluster.get("persistentvolumeclaims", "data-db-0").metadata.uid).not.toBe(uid);
  expect((cluster.get("statefulsets.apps", "db") as StatefulSet).status?.readyReplicas).toBe(1);
});

test("parallel pods do not wait for each other", () => {
  const cluster = startCluster();
  cluster.create("statefulsets.apps", statefulSet({ podManagementPolicy: "Parallel" }));
  cluster.clock.advance(10);
  expect(names(cluster)).toEqual(["db-0", "db-1", "db-2"]);
});

test("a replication controller keeps up its pods as a replica set does, and they go with it", () => {
  const cluster = startCluster();
  const controller = () => cluster.get("replicationcontrollers", "db");
  const resize = (replicas: number): void => {
    const change = (live: ApiObject) => ({ ...live, spec: { ...(live.spec as object), replicas } });
    cluster.registry.modify("replicationcontrollers", "default", "db", change, { manager: "test" });
    cluster.clock.advance(3000);
  };
  const spec = { replicas: 2, template: template(LABELS) };
  cluster.create("pods", {
    metadata: { name: "stray", labels: LABELS },
    spec: { containers: [{ name: "main", image: "busybox:1" }] },
  });
  cluster.create("replicationcontrollers", { metadata: { name: "db" }, spec });
  const budget = { minAvailable: "50%", selector: { matchLabels: LABELS } };
  cluster.create("poddisruptionbudgets.policy", { metadata: { name: "db" }, spec: budget });
  cluster.clock.advance(3000);
  const { name, uid } = controller().metadata;
  for (const pod of cluster.registry.list("pods")) {
    expect(pod.metadata.ownerReferences).toMatchObject([
      { apiVersion: "v1", kind: "ReplicationController", name, uid, controller: true },
    ]);
  }
  expect(controller().status).toEqual({
    replicas: 2,
    fullyLabeledReplicas: 2,
    readyReplicas: 2,
    availableReplicas: 2,
    observedGeneration: 1,
  });
  expect(cluster.get("poddisruptionbudgets.policy", "db").status).toMatchObject({ desiredHealthy: 1, expectedPods: 2 });
  resize(1);
  expect(names(cluster)).toHaveLength(1);
  resize(4);
  expect(controller().status).toMatchObject({ replicas: 4, readyReplicas: 4, observedGeneration: 3 });
  const told = cluster.registry
    .list("events")
    .filter(({ involvedObject }) => (involvedObject as { kind: string }).kind === "ReplicationController");
  expect(new Set(told.map((event) => event.reason))).toEqual(new Set(["SuccessfulCreate", "SuccessfulDelete"]));
  expect(told[0]?.source).toEqual({ component: "replication-controller" });
  cluster.registry.delete("replicationcontrollers", "default", "db", { propagationPolicy: "Background" });
  cluster.clock.advance(3000);
  expect(names(cluster)).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test("a daemon set has a pod on every node that takes it, new nodes included", () => {
  const cluster = startCluster();
  const spec = { selector: { matchLabels: LABELS }, template: template(LABELS) };
  cluster.create("daemonsets.apps", { metadata: { name: "db" }, spec });
  cluster.clock.advance(3000);
  const nodes = () => (cluster.registry.list("pods") as Pod[]).map((pod) => pod.spec.nodeName).sort();
  expect(nodes()).toEqual(["node0", "node1"]);
  expect((cluster.get("daemonsets.apps", "db") as DaemonSet).status).toMatchObject({
    desiredNumberScheduled: 2,
    numberAvailable: 2,
    updatedNumberScheduled: 2,
  });
  cluster.registry.modify(
    "nodes",
    "",
    "control-plane",
    (node) => ({ ...node, spec: { ...(node as Node).spec, taints: [] } }),
    {
      manager: "test",
    },
  );
  cluster.clock.advance(3000);
  expect(nodes()).toEqual(["control-plane", "node0", "node1"]);
  expect(cluster.errors).toEqual([]);
});

test("a daemon set rolls over one node at a time", () => {
  const cluster = startCluster();
  const spec = { selector: { matchLabels: LABELS }, template: template(LABELS) };
  cluster.create("daemonsets.apps", { metadata: { name: "db" }, spec });
  cluster.clock.advance(3000);
  setImage(cluster, "daemonsets.apps", "busybox:2");
  let least = 2;
  cluster.until(() => {
    const { status = {} } = cluster.get("daemonsets.apps", "db") as DaemonSet;
    least = Math.min(least, status.numberAvailable ?? 0);
    return images(cluster).every((image) => image === "busybox:2") && status.numberAvailable === 2;
  });
  expect(least).toBe(1);
  expect(cluster.registry.list("controllerrevisions.apps")).toHaveLength(2);
});
