import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { Deployment } from "../../src/types/apps-v1.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;

beforeEach(() => {
  cluster = movingSandbox();
});
afterEach(() => cluster.close());

test.each<[string, (workloads: ResourceHelper<Deployment>) => Promise<unknown>]>([
  ["set the image of", (one) => one.set.image("none", { web: "a" })],
  ["set the environment of", (one) => one.set.env("none", { A: "1" })],
  ["set the resources of", (one) => one.set.resources("none", { limits: { cpu: 1 } })],
  ["label", (one) => one.label("none", "a=b")],
  ["annotate", (one) => one.annotate("none", "a=b")],
  ["autoscale", (one) => one.autoscale("none", { max: 3 })],
  ["expose", (one) => one.expose("none", { port: 80 })],
  ["scale", (one) => one.scale("none", 3)],
  ["scale", (one) => one.scale("none", 3, { currentReplicas: 2 })],
  ["read the scale of", (one) => one.scale("none")],
  ["tell the revisions of", (one) => one.rollout.history("none")],
  ["undo the rollout of", (one) => one.rollout.undo("none")],
  ["restart", (one) => one.rollout.restart("none")],
  ["pause", (one) => one.rollout.pause("none")],
  ["resume", (one) => one.rollout.resume("none")],
])("what cannot %s says of which object, and where it looked", async (action, call) => {
  await expect(call(cluster.helper<Deployment>("deployments"))).rejects.toMatchObject({
    name: "ApiError",
    code: "NOT_FOUND",
    httpStatus: 404,
    message: `Cannot ${action} deployments.apps "none": it does not exist in namespace "default"`,
    hint: "Check the name and the namespace.",
  });
});

test.each<[string, string, (pods: ResourceHelper<Pod>) => Promise<unknown>]>([
  ["run ls in", "pods", (one) => one.exec("none", ["ls"])],
  ["attach to", "pods", (one) => one.attach("none")],
  ["debug", "pods", (one) => one.debug("none", { image: "busybox:1" })],
  ["run ls in", "deployments.apps", (one) => one.exec("deploy/none", ["ls"])],
  ["forward ports of", "pods", (one) => one.portForward("none", 80)],
  ["forward ports of", "deployments.apps", (one) => one.portForward("deploy/none", 80)],
  ["copy files of", "pods", (one) => one.cp("none:/tmp/a", "a")],
  ["read the logs of", "pods", (one) => collected(one.logs("none"))],
  ["read the logs of", "deployments.apps", (one) => collected(one.logs("deploy/none"))],
  ["describe", "pods", (one) => one.describe("none")],
  ["draw the tree of", "pods", (one) => one.tree("none")],
])("what cannot %s %s says of which one", async (action, resource, call) => {
  await expect(call(cluster.helper<Pod>("pods"))).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: `Cannot ${action} ${resource} "none": it does not exist in namespace "default"`,
  });
});

test("an absent object of the cluster is not looked for in a namespace", async () => {
  const nodes = cluster.helper("nodes");
  const requests = cluster.helper("certificatesigningrequests");
  await expect(requests.approve("none")).rejects.toThrow(
    /^Cannot approve certificatesigningrequests\.\S+ "none": it does/,
  );
  for (const [action, call] of [
    ["cordon", () => nodes.cordon("none")],
    ["taint", () => nodes.taint("none", "a=b:NoSchedule")],
  ] as const) {
    await expect(call()).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: `Cannot ${action} nodes "none": it does not exist`,
      hint: "Check the name.",
    });
  }
  await expect(cluster.helper("namespaces").get("none")).rejects.toMatchObject({ hint: "Check the name." });
});

async function collected(lines: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of lines);
}

test("that something else is missing is told as the server says it", async () => {
  await cluster.close();
  const status = {
    kind: "Status",
    apiVersion: "v1",
    status: "Failure",
    reason: "NotFound",
    message: 'namespaces "gone" not found',
    details: { name: "gone", kind: "namespaces" },
    code: 404,
  };
  cluster = movingSandbox({
    fail: ({ url }) => (url.endsWith("/deployments/web") ? Response.json(status, { status: 404 }) : undefined),
  });
  await expect(cluster.helper<Deployment>("deployments").rollout.restart("web")).rejects.toThrow(
    /^Cannot GET \S+: namespaces "gone" not found$/,
  );
});
