import { expect, test } from "vitest";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";
import type { Cluster } from "../controllers/harness.ts";
import { startCluster } from "../controllers/harness.ts";

function warnings(cluster: Cluster): string[] {
  return cluster.registry
    .list("events")
    .filter((event) => event.reason === "MissingClusterDNS")
    .map((event) => {
      const { kind, name } = event.involvedObject as { kind: string; name: string };
      return `${event.type} ${kind} ${name}: ${event.message}`;
    });
}

function run(cluster: Cluster, name: string, spec: object = {}): void {
  const containers = [{ name: "main", image: "busybox:1", command: ["sleep", "3600"] }];
  cluster.create("pods", { metadata: { name }, spec: { ...spec, containers } });
  cluster.until(() => (cluster.get("pods", name) as Pod).status?.phase === "Running");
}

const FALLS_BACK =
  'kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.';

test("a kubelet without a cluster DNS warns of each pod that asks for it, and once of its node", () => {
  const cluster = startCluster([{ name: "node0" }]);
  run(cluster, "one");
  run(cluster, "two", { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" });
  const { uid } = cluster.get("pods", "one").metadata;
  expect(warnings(cluster)).toHaveLength(3);
  expect(warnings(cluster)).toContain(`Warning Node node0: ${FALLS_BACK}`);
  expect(warnings(cluster)).toContain(`Warning Pod one: pod: "one_default(${uid})". ${FALLS_BACK}`);
  cluster.stop();
});

test("pods with another policy, and those in their node's network, are not warned of", () => {
  const cluster = startCluster([{ name: "node0" }]);
  run(cluster, "own", { dnsPolicy: "Default" });
  run(cluster, "host", { hostNetwork: true });
  expect(warnings(cluster)).toEqual([]);
  cluster.stop();
});

test("a kubelet with a cluster DNS has nothing to warn of", () => {
  const cluster = startCluster([{ name: "node0", clusterDns: ["10.96.0.10"] }]);
  run(cluster, "one");
  expect(warnings(cluster)).toEqual([]);
  cluster.stop();
});
