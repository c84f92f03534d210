import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cluster } from "../../src/runtime/cluster.ts";
import { openCluster } from "../../src/runtime/open-cluster.ts";
import { recipe } from "../../src/runtime/recipe.ts";
import { tryRecipe } from "../../src/runtime/try-recipe.ts";
import { type RunningSandbox, startSandbox } from "../../src/sandbox/listener/start-sandbox.ts";
import { createRecorder } from "../../src/transport/record.ts";
import { replay } from "../../src/transport/replay.ts";

let sandbox: RunningSandbox;
let k8s: Cluster;

beforeAll(async () => {
  sandbox = await startSandbox({ nodes: [], users: [{ username: "viewer", groups: ["viewers"] }] });
  k8s = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {} });
});

afterAll(async () => {
  await k8s.close();
  await sandbox.close();
});

describe("a handle", () => {
  test("of a kubeconfig's text knows its context and names no file", () => {
    expect(k8s.context).toBe("sandbox");
    expect(k8s.namespace).toBe("default");
    expect(k8s.server).toBe(sandbox.url);
    expect(k8s.files).toEqual([]);
    expect(k8s.contexts).toEqual(["sandbox", "viewer@sandbox"]);
  });

  test("is immutable: what narrows it gives another", () => {
    const scoped = k8s.in("kube-system").dryRun();
    expect([scoped.namespace, scoped.isDryRun]).toEqual(["kube-system", true]);
    expect([k8s.namespace, k8s.isDryRun]).toEqual(["default", false]);
    expect(k8s.everywhere.namespace).toBe("*");
    expect(k8s.in("*").namespace).toBe("*");
    expect(scoped.in("web").isDryRun).toBe(true);
    expect(Reflect.set(k8s, "namespace", "other")).toBe(false);
    expect(Reflect.defineProperty(k8s, "pods", { value: 1 })).toBe(false);
  });

  test("has a helper under every name of a built-in resource, and is no promise", async () => {
    const names = await Promise.all([k8s.po, k8s.pods].map(async (helper) => (await helper.resource()).name));
    expect(names).toEqual(["pods", "pods"]);
    expect(Object.keys(k8s)).toContain("deployments");
    expect("deployments" in k8s).toBe(true);
    expect((k8s as { then?: unknown }).then).toBeUndefined();
    expect(await Promise.resolve(k8s)).toBe(k8s);
  });

  test("goes over to another context, as its user, and refuses one that is not there", async () => {
    expect(await k8s.use("viewer@sandbox").whoami()).toMatchObject({ username: "viewer" });
    expect(() => k8s.use("nowhere")).toThrow(/Cannot use context "nowhere"/);
  });

  test("closes also where a context leads nowhere, and keeps that failure to its own place", async () => {
    const broken = "contexts:\n- name: broken\n  context: { cluster: none, user: none }\n";
    const both = await openCluster({ kubeconfig: sandbox.kubeconfig.replace("contexts:\n", broken), env: {} });
    const { values, failures } = await both.across(["sandbox", "broken"], (one) => one.namespaces.list());
    expect(values).toHaveLength(1);
    expect(failures).toMatchObject([{ context: "broken", error: { code: "KUBECONFIG_INVALID" } }]);
    await expect(both.use("broken").pods.list()).rejects.toMatchObject({ code: "KUBECONFIG_INVALID" });
    await both.close();
  });

  test("of a user that --as names is that user in every context", async () => {
    const flags = { as: "jane", asGroups: ["devs"] };
    const jane = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {}, flags });
    await expect(jane.use("viewer@sandbox").whoami()).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await jane.use("sandbox").whoami()).toMatchObject({ username: "jane" });
    await jane.close();
  });

  test("asks as somebody else", async () => {
    expect(await k8s.as("jane", ["devs"]).whoami()).toMatchObject({
      username: "jane",
      groups: expect.arrayContaining(["devs"]),
    });
    expect(await k8s.can("delete", "pods")).toBe(true);
    expect(await k8s.as("jane").can("delete", "pods")).toBe(false);
    expect(await k8s.as("jane").can("get", "/metrics")).toBe(false);
  });

  test("writes nothing on a dry run, not even by raw requests", async () => {
    const trial = k8s.dryRun();
    await trial.configmaps.create({ metadata: { name: "tried" } });
    await trial.http.post("/api/v1/namespaces/default/configmaps", { metadata: { name: "tried" } });
    await trial.apply({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "tried" } });
    expect(await k8s.configmaps.find("tried")).toBeUndefined();
  });

  test("tells which cluster this is", async () => {
    expect(await k8s.info()).toMatchObject({ context: "sandbox", namespace: "default", user: "admin" });
    expect(await k8s.versions()).toContain("apps/v1");
    expect(await k8s.explain("pods.spec.nodeName")).toContain("FIELD: nodeName <string>");
  });
});

describe("a recipe that is tried", () => {
  const count = recipe({
    description: "Counts",
    args: { label: { type: "string", positional: true }, times: { type: "number", default: 2 } },
    async run({ k8s: cluster, args, log, signal }) {
      log.warn("counting", args.label);
      const found = await cluster.configmaps.list({ labels: args.label, signal });
      return { count: found.length * args.times };
    },
  });

  test("gives its result and its log", async () => {
    await k8s.configmaps.create({ metadata: { name: "counted", labels: { app: "web" } } });
    const tried = await tryRecipe(count, { k8s, words: ["app=web", "--times", "3"] });
    expect(tried).toEqual({ result: { count: 3 }, log: ["warning: counting app=web"] });
  });

  test("refuses words that it does not declare", async () => {
    await expect(tryRecipe(count, { k8s, words: ["a", "--time", "3"] })).rejects.toMatchObject({ code: "USAGE" });
  });

  test("ends with its signal", async () => {
    const trying = tryRecipe(count, { k8s, words: ["a"], signal: AbortSignal.abort() });
    await expect(trying).rejects.toMatchObject({ code: "ABORTED" });
  });
});

test("what was recorded answers again without a server", async () => {
  const recorder = createRecorder();
  const recording = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {}, recorder });
  const { gitVersion } = await recording.version();
  await recording.close();
  const replayed = await openCluster({ kubeconfig: sandbox.kubeconfig, env: {}, wire: replay(recorder.recording()) });
  expect(await replayed.version()).toMatchObject({ gitVersion });
  await expect(replayed.version()).rejects.toThrow(/it is not recorded/);
});
