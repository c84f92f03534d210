import { afterAll, beforeAll, expect, test } from "vitest";
import { render } from "../../src/repl/render/output.ts";
import { forgetDeeds } from "../../src/resources/deeds.ts";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";

let sandbox: RunningSandbox;
let k8s: Cluster;

beforeAll(async () => {
  sandbox = await startSandbox({ nodes: [{ name: "node0" }, { name: "node1" }] });
  k8s = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
});
afterAll(async () => {
  await k8s.close();
  await sandbox.close();
});

const shown = (value: unknown): Promise<string | undefined> =>
  render(value, { format: { type: "table", wide: false }, color: false, now: 0 });

const container = { name: "web", image: "nginx:1.28" };
const labels = { app: "web" };
const web = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
};

test("what was done to an object is told in place of the object, in kubectl's words", async () => {
  const { deployments, nodes } = k8s;
  const told: (string | undefined)[] = [];
  for (const act of [
    () => deployments.create(web),
    () => deployments.scale("web", 2),
    () => deployments.set.image("web", { web: "nginx:1.29" }),
    () => deployments.rollout.restart("web"),
    () => deployments.rollout.wait("web"),
    () => deployments.wait("web", "available"),
    () => k8s.run("once", { image: "busybox:1" }),
    () => k8s.dryRun().run("tried", { image: "busybox:1" }),
    () => k8s.in("default").deployments.label("web", "tier=front"),
    () => k8s.dryRun().deployments.patch("web", { spec: { replicas: 3 } }),
    () => deployments.expose("web", { port: 80 }),
    () => deployments.autoscale("web", { max: 3 }),
    () => nodes.cordon("node0"),
    () => nodes.cordon(["node0", "node1"]),
    () => nodes.uncordon("node0", { dryRun: true }),
    () => deployments.delete("web"),
  ]) {
    told.push(await shown(await act()));
  }
  expect(told).toEqual([
    "deployment.apps/web created",
    "deployment.apps/web scaled",
    "deployment.apps/web image updated",
    "deployment.apps/web restarted",
    "deployment.apps/web successfully rolled out",
    "deployment.apps/web condition met",
    "pod/once created",
    "pod/tried created (server dry run)",
    "deployment.apps/web labeled",
    "deployment.apps/web patched (server dry run)",
    "service/web exposed",
    "horizontalpodautoscaler.autoscaling/web autoscaled",
    "node/node0 cordoned",
    "node/node0 cordoned\nnode/node1 cordoned",
    "node/node0 uncordoned (server dry run)",
    "deployment.apps/web deleted",
  ]);
});

test("what was only read, what an object was made into, and what an earlier line did is shown as it is", async () => {
  const node = await k8s.nodes.cordon("node0");
  expect(await shown({ ...node })).toContain("unschedulable: true");
  expect(await shown([node])).toMatch(/^NAME/);
  forgetDeeds();
  expect(await shown(node)).toContain("unschedulable: true");
  expect(await shown(await k8s.nodes.get("node0"))).toContain("kind: Node");
  // With no number, a scale is only read.
  await k8s.deployments.create({ ...web, metadata: { name: "read" } });
  expect(await shown(await k8s.deployments.scale("read"))).toContain("kind: Scale");
  const written = await render(await k8s.nodes.uncordon("node0"), { format: { type: "yaml" }, color: false, now: 0 });
  expect(written).toContain("kind: Node");
});
