import { afterEach, expect, test } from "vitest";
import type { Node, Pod } from "../../../src/sandbox/pods/pod.ts";
import { findCondition, isReady } from "../../../src/sandbox/pods/pod.ts";
import { type Cluster, deployment, startCluster } from "./harness.ts";

let cluster: Cluster;
afterEach(() => cluster.stop());

const NOT_READY = "node.kubernetes.io/not-ready";

function nodeOf(name = "node0"): Node {
  return cluster.get("nodes", name, "") as Node;
}

/** `key:effect` of each taint. */
function taintsOf(name = "node0"): string[] {
  return (nodeOf(name).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
}

function podOf(name: string): Pod {
  return cluster.get("pods", name) as Pod;
}

function has(name: string): boolean {
  return cluster.registry.get("pods", "default", name) !== undefined;
}

/** Lets node0's kubelet report that it is ready, or not. */
function stage(ready: "true" | "false"): void {
  const annotate = (node: object): Node => ({
    ...(node as Node),
    metadata: { ...(node as Node).metadata, annotations: { "sandbox.kubescript.dev/ready": ready } },
  });
  cluster.registry.modify("nodes", "", "node0", annotate, { manager: "test" });
  cluster.clock.advance(1000);
}

function run(name: string, spec: object = {}): void {
  const container = { name: "main", image: "busybox:1" };
  const podSpec = { nodeName: "node0", terminationGracePeriodSeconds: 0, containers: [container], ...spec };
  cluster.create("pods", { metadata: { name }, spec: podSpec });
}

test("a new node takes pods only once it says that it is ready", () => {
  cluster = startCluster([]);
  cluster.create("nodes", { metadata: { name: "node0" } }, "");
  cluster.create("pods", { metadata: { name: "p" }, spec: { containers: [{ name: "main", image: "busybox:1" }] } });
  cluster.clock.advance(1000);
  expect(taintsOf()).toEqual([`${NOT_READY}:NoSchedule`]);
  expect(findCondition(podOf("p").status?.conditions, "PodScheduled")?.message).toContain("untolerated taint");
  const status = { conditions: [{ type: "Ready", status: "True" }], allocatable: { cpu: "1", pods: "10" } };
  const write = { manager: "test", subresource: "status" };
  cluster.registry.modify("nodes", "", "node0", (node) => ({ ...node, status }), write);
  cluster.until(() => podOf("p").spec.nodeName === "node0");
  expect(taintsOf()).toEqual([]);
});

test("the sandbox's own nodes are ready from the start, with the taints that they were given", () => {
  cluster = startCluster();
  expect(taintsOf("node0")).toEqual([]);
  expect(taintsOf("node1")).toEqual(["sandbox.kubescript.dev/spare:PreferNoSchedule"]);
});

test("pods leave a failed node after the five minutes that they tolerate, and their owner replaces them", () => {
  cluster = startCluster();
  cluster.create("deployments.apps", deployment("web", { replicas: 1 }));
  const pods = (): Pod[] => cluster.registry.list("pods", "default") as Pod[];
  cluster.until(() => pods().some(isReady));
  const [first] = pods();
  expect(first?.spec.nodeName).toBe("node0");

  stage("false");
  expect(findCondition(nodeOf().status?.conditions, "Ready")).toMatchObject({
    status: "False",
    reason: "KubeletNotReady",
  });
  expect(taintsOf()).toEqual([`${NOT_READY}:NoSchedule`, `${NOT_READY}:NoExecute`]);
  expect(pods().map(isReady)).toEqual([false]);
  expect(cluster.reasons("Node")).toContain("NodeNotReady");

  cluster.clock.advance(290_000);
  expect(has(first?.metadata.name ?? "")).toBe(true);
  cluster.clock.advance(15_000);
  cluster.until(() => pods().some((pod) => isReady(pod) && pod.spec.nodeName === "node1"));
  expect(has(first?.metadata.name ?? "")).toBe(false);
  expect(cluster.reasons("Pod")).toContain("TaintManagerEviction");
});

test("a node that recovers in time keeps its pods, which are ready again", () => {
  cluster = startCluster();
  run("p");
  cluster.until(() => isReady(podOf("p")));
  stage("false");
  expect(isReady(podOf("p"))).toBe(false);
  cluster.clock.advance(200_000);
  stage("true");
  expect(taintsOf()).toEqual([]);
  expect(isReady(podOf("p"))).toBe(true);
  cluster.clock.advance(400_000);
  expect(has("p")).toBe(true);
});

test("a second failure grants the full time again", () => {
  cluster = startCluster();
  run("p");
  stage("false");
  cluster.clock.advance(200_000);
  stage("true");
  stage("false");
  cluster.clock.advance(200_000);
  expect(has("p")).toBe(true);
  cluster.clock.advance(100_000);
  expect(has("p")).toBe(false);
});

test("a pod stays as long as it tolerates the taint: not at all, for a while, for ever", () => {
  cluster = startCluster();
  const tolerating = (seconds?: number): object => ({
    tolerations: [
      {
        key: "lost",
        operator: "Exists",
        effect: "NoExecute",
        ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
      },
    ],
  });
  run("none");
  run("while", tolerating(30));
  run("ever", tolerating());
  cluster.until(() => ["none", "while", "ever"].every((name) => isReady(podOf(name))));
  const taint = { key: "lost", effect: "NoExecute" };
  const change = (node: object): Node => ({ ...(node as Node), spec: { ...(node as Node).spec, taints: [taint] } });
  cluster.registry.modify("nodes", "", "node0", change, { manager: "test" });
  cluster.clock.advance(5000);
  expect(["none", "while", "ever"].filter(has)).toEqual(["while", "ever"]);
  cluster.clock.advance(30_000);
  expect(["none", "while", "ever"].filter(has)).toEqual(["ever"]);
});

test("a node whose state is unknown is unreachable, and a cordoned one unschedulable", () => {
  cluster = startCluster();
  const unknown = (node: object): Node => ({
    ...(node as Node),
    status: { ...(node as Node).status, conditions: [{ type: "Ready", status: "Unknown" }] },
  });
  cluster.registry.modify("nodes", "", "node0", unknown, { manager: "test", subresource: "status" });
  const cordon = (node: object): Node => ({ ...(node as Node), spec: { ...(node as Node).spec, unschedulable: true } });
  cluster.registry.modify("nodes", "", "node0", cordon, { manager: "test" });
  cluster.clock.advance(100);
  expect(taintsOf()).toEqual([
    "node.kubernetes.io/unreachable:NoSchedule",
    "node.kubernetes.io/unreachable:NoExecute",
    "node.kubernetes.io/unschedulable:NoSchedule",
  ]);
});
