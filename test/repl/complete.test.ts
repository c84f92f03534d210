import { expect, test } from "vitest";
import { Completer } from "../../src/repl/complete.ts";
import { suggestMethod } from "../../src/repl/suggest-method.ts";
import type { ClusterHandle } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { startSandbox } from "../../src/sandbox/index.ts";

const namespaces = { table: async () => ({ rows: [{ object: { metadata: { name: "kube-system" } } }] }) };
const everywhere = { context: "here", namespace: "*", resource: () => namespaces };
const completer = new Completer({
  k8s: () => ({ contexts: ["here", "there"], everywhere }) as unknown as ClusterHandle,
  global: () => undefined,
  globalNames: () => [],
  commands: () => ["use", "in", "trace"],
  now: () => 0,
});

test.each([
  [".", ["in", "trace", "use"], ""],
  [".tr", ["trace"], "tr"],
  [".use th", ["there"], "th"],
  [".in ku", ["kube-system"], "ku"],
  ["1.", [], ""],
])("after %s come %j", async (line, names, replaced) => {
  expect(await completer.complete(line)).toEqual([names, replaced]);
});

test("the parts and options of a handle and of a helper are completed, and suggested, without asking a cluster", async () => {
  const kubeconfig =
    "clusters: [{ name: c, cluster: { server: 'https://192.0.2.1' } }]\ncontexts: [{ name: c, context: { cluster: c } }]\n";
  const k8s = await openCluster({
    kubeconfig: `apiVersion: v1\nkind: Config\ncurrent-context: c\n${kubeconfig}`,
    env: {},
  });
  const parts = new Completer({
    k8s: () => k8s,
    global: () => undefined,
    globalNames: () => [],
    commands: () => [],
    now: () => 0,
  });
  expect(await parts.complete("k8s.make.cl")).toEqual([["clusterRole", "clusterRoleBinding"], "cl"]);
  expect(await parts.complete('k8s.in("web").access.who')).toEqual([["whoCan", "whoami"], "who"]);
  expect(await parts.complete("k8s.deployments.rollout.re")).toEqual([["restart", "resume"], "re"]);
  expect(await parts.complete("k8s.deployments.nothing.re")).toEqual([[], "re"]);
  for (const [line, names] of [
    ['k8s.pods.logs("web", { ta', ["tailLines"]],
    ["await k8s.pods.logs({ labels: { a: 'b, {' }, follow: true, prev", ["previous"]],
    ['k8s.in("web").deployments.rollout.undo("web", { to', ["toRevision"]],
    ["k8s.top.pods({ s", ["signal", "sortBy", "sum"]],
    ['k8s.run("a", { image: "busybox", att', ["attach"]],
    ['k8s.pods.exec("web", ["ls", "-l"], { container: "a", con', []],
    ['k8s.deployments.set.image("web", { w', []],
    ["k8s.pods.logs({ labels: { n", []],
    ['k8s.pods.logs("web", { follow: n', []],
    ["k8s.nothing({ n", []],
  ] as const) {
    expect((await parts.complete(line))[0], line).toEqual(names);
  }
  for (const [call, meant] of [
    ["k8s.top.pod", "Did you mean k8s.top.pods?"],
    ["k8s.pods.lst", "Did you mean k8s.pods.list?"],
    ["k8s.aply", "Did you mean k8s.apply?"],
    ["k8s.pods.whatever", undefined],
    ["other.lst", undefined],
  ] as const) {
    expect(suggestMethod(new TypeError(`${call} is not a function`), k8s)).toBe(meant);
  }
});

test("names, containers, namespaces and conditions are completed where they can stand", async () => {
  const sandbox = await startSandbox({ nodes: [], addons: false });
  const k8s = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
  try {
    const [none, commands, now] = [() => [], () => [], () => 0];
    const texts = new Completer({ k8s: () => k8s, global: () => undefined, globalNames: none, commands, now });
    const web = k8s.make.deployment("web-front", { image: ["nginx:1", "busybox:1"] });
    await k8s.deployments.create(web);
    for (const [line, names] of [
      ['k8s.deployments.get("we', ["web-front"]],
      ['k8s.deploy.rollout.undo("we', ["web-front"]],
      ["k8s.in('default').deployments.describe(['a', 'we", ["web-front"]],
      ['k8s.deployments.set.image("web-front", { we', []],
      ['k8s.deployments.patch("web-front", "we', []],
      ['k8s.deployments.logs("web-front", { container: "', ["busybox", "nginx"]],
      ['k8s.deployments.set.env("web-front", { A: "1" }, { containers: ["ng', ["nginx"]],
      ['k8s.deployments.logs("web-front", { since: "', []],
      ['k8s.configmaps.list({ namespace: "kube-p', ["kube-public"]],
      ['k8s.in("kube-p', ["kube-public"]],
      ['k8s.deployments.wait("web-front", "ro', ["rollout"]],
      ['k8s.wait("deplo', ["deployments/"]],
      ['k8s.wait(["nodes/a", "deploy/', ["deploy/web-front"]],
      ['k8s.can("get", "deplo', ["deployments"]],
      ['k8s.can("ge', []],
      ['log("we', []],
    ] as const) {
      expect((await texts.complete(line))[0], line).toEqual(names);
    }
    const members = async (chain: string): Promise<string[]> => (await texts.complete(`${chain}.`))[0];
    expect(await members("k8s.deploy")).toEqual(expect.arrayContaining(["list", "logs", "rollout", "scale", "set"]));
    expect(await members('k8s.resource("deployments.apps")')).toContain("rollout");
    expect(await members("k8s.nodes")).toEqual(expect.arrayContaining(["drain", "debug", "label"]));
    expect(await members('k8s.resource("widgets.example.com")')).toEqual(expect.arrayContaining(["list", "scale"]));
    expect(await members("k8s.deploy")).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(cordon|token|approve|hold|signalFor|transport|toJSON)$/)]),
    );
    expect(await members("k8s")).toEqual(expect.arrayContaining(["apply", "pods", "resource"]));
    expect(await members("k8s")).not.toContain("transport");
  } finally {
    await k8s.close();
    await sandbox.close();
  }
});
