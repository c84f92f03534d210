import { expect, test } from "vitest";
import { type Condition, findCondition, type Pod } from "../../../src/sandbox/pods/pod.ts";
import { deployment, startCluster, template } from "./harness.ts";

const LABELS = { app: "web" };

test("a new namespace gets its service account and the cluster's certificate, again when they are deleted", () => {
  const cluster = startCluster();
  cluster.create("namespaces", { metadata: { name: "n" } });
  cluster.clock.advance(10);
  for (let round = 0; round < 2; round++) {
    expect(cluster.get("serviceaccounts", "default", "n").metadata.uid).toBeDefined();
    expect(cluster.get("configmaps", "kube-root-ca.crt", "n").data).toEqual({ "ca.crt": "the authority" });
    cluster.registry.delete("serviceaccounts", "n", "default");
    cluster.registry.delete("configmaps", "n", "kube-root-ca.crt");
    cluster.clock.advance(10);
  }
});

test("a deleted namespace is emptied, says what is left, and goes", () => {
  const cluster = startCluster();
  cluster.create("namespaces", { metadata: { name: "n" } });
  cluster.clock.advance(10);
  cluster.create("deployments.apps", deployment("web", {}, { terminationGracePeriodSeconds: 30 }), "n");
  cluster.create("configmaps", { metadata: { name: "held", finalizers: ["example.com/hold"] } }, "n");
  cluster.clock.advance(3000);
  cluster.registry.delete("namespaces", "", "n");
  cluster.clock.advance(12_000);
  const status = cluster.get("namespaces", "n", "").status as { phase: string; conditions: Condition[] };
  expect(status.phase).toBe("Terminating");
  expect(status.conditions.map(({ type, status: value, reason }) => `${type} ${value} ${reason}`)).toEqual([
    "NamespaceDeletionDiscoveryFailure False ResourcesDiscovered",
    "NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions",
    "NamespaceDeletionContentFailure False ContentDeleted",
    "NamespaceContentRemaining True SomeResourcesRemain",
    "NamespaceFinalizersRemaining True SomeFinalizersRemain",
  ]);
  expect(findCondition(status.conditions, "NamespaceContentRemaining")?.message).toBe(
    "Some resources are remaining: configmaps. has 1 resource instances",
  );
  cluster.registry.modify(
    "configmaps",
    "n",
    "held",
    (held) => ({ ...held, metadata: { ...held.metadata, finalizers: [] } }),
    { manager: "test" },
  );
  cluster.clock.advance(1000);
  expect(cluster.registry.get("namespaces", "", "n")).toBeUndefined();
  expect(cluster.registry.list("pods", "n")).toEqual([]);
  expect(cluster.errors).toEqual([]);
});

test("what names a vanished owner is collected, what has another owner stays", () => {
  const cluster = startCluster();
  const owner = (name: string) => {
    const { uid = "" } = cluster.create("configmaps", { metadata: { name } }).metadata;
    return { apiVersion: "v1", kind: "ConfigMap", name, uid };
  };
  const [one, two] = [owner("one"), owner("two")];
  cluster.create("secrets", { metadata: { name: "single", ownerReferences: [one] } });
  cluster.create("secrets", { metadata: { name: "double", ownerReferences: [one, two] } });
  cluster.create("secrets", { metadata: { name: "lost", ownerReferences: [{ ...one, uid: "nobody" }] } });
  cluster.clock.advance(100);
  cluster.registry.delete("configmaps", "default", "one");
  cluster.clock.advance(100);
  expect(cluster.registry.list("secrets").map(({ metadata }) => [metadata.name, metadata.ownerReferences])).toEqual([
    ["double", [two]],
  ]);
});

test("endpoints follow the pods behind a service", () => {
  const cluster = startCluster();
  cluster.create("services", {
    metadata: { name: "web" },
    spec: { selector: LABELS, ports: [{ port: 80, targetPort: "http" }] },
  });
  const ports = [{ name: "http", containerPort: 8080 }];
  const containers = [{ name: "main", image: "busybox:1", ports }];
  cluster.create("deployments.apps", deployment("web", {}, { containers }));
  cluster.clock.advance(3000);
  const slices = () =>
    cluster.registry.list("endpointslices.discovery.k8s.io", "default") as unknown as {
      endpoints: { addresses: string[]; conditions: object }[] | null;
      ports: object[];
    }[];
  const ips = () => (cluster.registry.list("pods") as Pod[]).map((pod) => pod.status?.podIP);
  const [slice] = slices().filter(({ ports: own }) => own !== null);
  expect(slice?.endpoints?.map(({ addresses }) => addresses[0])).toEqual(ips());
  expect(slice?.endpoints?.[0]?.conditions).toEqual({ ready: true, serving: true, terminating: false });
  expect(slice?.ports).toEqual([{ name: "", port: 8080, protocol: "TCP" }]);
  const subsets = cluster.get("endpoints", "web").subsets as { addresses: { ip: string }[] }[];
  expect(subsets[0]?.addresses.map(({ ip }) => ip)).toEqual(ips());
  cluster.registry.delete("services", "default", "web");
  cluster.clock.advance(1000);
  expect([slices(), cluster.registry.get("endpoints", "default", "web")]).toEqual([[], undefined]);
});

test("a budget counts the healthy pods against those that are wanted", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web", { replicas: 4 }));
  const selector = { matchLabels: LABELS };
  cluster.create("poddisruptionbudgets.policy", {
    metadata: { name: "some" },
    spec: { maxUnavailable: "25%", selector },
  });
  cluster.create("poddisruptionbudgets.policy", { metadata: { name: "all" }, spec: { minAvailable: 4, selector } });
  cluster.clock.advance(3000);
  expect(cluster.get("poddisruptionbudgets.policy", "some").status).toMatchObject({
    disruptionsAllowed: 1,
    currentHealthy: 4,
    desiredHealthy: 3,
    expectedPods: 4,
  });
  expect(cluster.get("poddisruptionbudgets.policy", "all").status).toMatchObject({
    disruptionsAllowed: 0,
    currentHealthy: 4,
    desiredHealthy: 4,
    expectedPods: 4,
  });
});

test("a replica set adopts a matching orphan and lets go of a pod that no longer matches", () => {
  const cluster = startCluster();
  cluster.create("pods", {
    metadata: { name: "orphan", labels: LABELS },
    spec: { containers: [{ name: "main", image: "busybox:1" }] },
  });
  cluster.create("replicasets.apps", {
    metadata: { name: "web" },
    spec: { replicas: 2, selector: { matchLabels: LABELS }, template: template(LABELS) },
  });
  cluster.clock.advance(1000);
  expect(cluster.registry.list("pods")).toHaveLength(2);
  expect(cluster.get("pods", "orphan").metadata.ownerReferences).toMatchObject([
    { kind: "ReplicaSet", name: "web", controller: true },
  ]);
  cluster.registry.modify(
    "pods",
    "default",
    "orphan",
    (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: { app: "else" } } }),
    { manager: "test" },
  );
  cluster.clock.advance(1000);
  expect(cluster.get("pods", "orphan").metadata.ownerReferences).toBeUndefined();
  expect(cluster.registry.list("pods")).toHaveLength(3);
});

test("an idle cluster is silent", () => {
  const cluster = startCluster();
  cluster.create("deployments.apps", deployment("web"));
  cluster.clock.advance(30_000);
  const writes = ["pods", "deployments.apps", "replicasets.apps", "nodes", "events", "leases.coordination.k8s.io"].map(
    (resource) => cluster.record(resource),
  );
  cluster.clock.advance(20 * 60_000);
  expect(writes.flat()).toEqual([]);
});
