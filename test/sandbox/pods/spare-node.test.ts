import { expect, test } from "vitest";
import type { Node, Pod } from "../../../src/sandbox/pods/pod.ts";
import { startCluster } from "../controllers/harness.ts";

test("pods go to the spare node only once the other takes no more", () => {
  const cluster = startCluster();
  const nodeOf = (name: string): string | undefined => (cluster.get("pods", name) as Pod).spec.nodeName;
  const run = (name: string): void => {
    cluster.create("pods", { metadata: { name }, spec: { containers: [{ name: "main", image: "busybox:1" }] } });
    cluster.until(() => nodeOf(name) !== undefined);
  };
  for (const name of ["one", "two"]) run(name);
  const cordon = (node: Node): Node => ({ ...node, spec: { ...node.spec, unschedulable: true } });
  cluster.registry.modify("nodes", "", "node0", (node) => cordon(node as Node), { manager: "test" });
  run("three");
  expect(["one", "two", "three"].map(nodeOf)).toEqual(["node0", "node0", "node1"]);
  cluster.stop();
});
