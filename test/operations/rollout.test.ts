import { afterEach, beforeEach, expect, test } from "vitest";
import type { ResourceHelper } from "../../src/operations/resource-helper.ts";
import type { DaemonSet, Deployment, DeploymentSpec, ReplicaSet, StatefulSet } from "../../src/types/apps-v1.ts";
import type { Pod, PodTemplateSpec } from "../../src/types/core-v1.ts";
import { type MovingSandbox, movingSandbox } from "../support/moving-sandbox.ts";

let cluster: MovingSandbox;
let deployments: ResourceHelper<Deployment>;

beforeEach(() => {
  cluster = movingSandbox();
  deployments = cluster.helper<Deployment>("deployments");
});
afterEach(() => cluster.close());

const labels = { app: "web" };
const template = (image: string): PodTemplateSpec => ({
  metadata: { labels },
  spec: { containers: [{ name: "web", image }] },
});
const web = (image = "nginx:1", more: Partial<DeploymentSpec> = {}): Deployment => ({
  metadata: { name: "web" },
  spec: { replicas: 2, selector: { matchLabels: labels }, template: template(image), ...more },
});
/** A template whose pods no node takes. */
const homeless: PodTemplateSpec = {
  metadata: { labels },
  spec: { nodeSelector: { no: "where" }, containers: [{ name: "web", image: "nginx" }] },
};

/** Rolls out one image after the other, each with its cause. */
async function rolledOut(...images: string[]): Promise<void> {
  for (const [index, image] of images.entries()) {
    if (index === 0) await deployments.create(web(image));
    else await deployments.set.image("web", { web: image });
    await deployments.annotate("web", { "kubernetes.io/change-cause": `to ${image}` }, { overwrite: true });
    await cluster.settled(deployments.rollout.wait("web"));
  }
}

const image = (object: { spec?: { template?: PodTemplateSpec } } | undefined): string | undefined =>
  object?.spec?.template?.spec?.containers[0]?.image;

test("status tells each step once and ends when the rollout is done", async () => {
  await deployments.create(web());
  const steps = deployments.rollout.status("web");
  const told = [(await steps.next()).value?.message];
  const following = (async () => {
    for await (const { done, message } of steps) told.push(`${message}${done ? "!" : ""}`);
  })();
  await cluster.settled(following);
  expect(told[0]).toBe("its controller has not seen the latest change yet");
  expect(told).toContain("0 of 2 updated replicas are available");
  expect(told.at(-1)).toBe("successfully rolled out!");
  expect(new Set(told).size).toBe(told.length);
});

test("status fails at the progress deadline, and when the object goes", async () => {
  await deployments.create(web("nginx", { template: homeless, progressDeadlineSeconds: 20 }));
  const outcome = deployments.rollout.wait("web").catch((error: unknown) => error);
  expect(await cluster.settled(outcome)).toMatchObject({
    code: "WAIT_FAILED",
    message: expect.stringMatching(
      /^Cannot wait for the rollout of deployments "web": it exceeded its progress deadline .*\n {2}pod "web-\S+" and 1 more: it has no node: /,
    ),
  });
  await deployments.create({ ...web(), metadata: { name: "other" } });
  await deployments.rollout.pause("other");
  await deployments.set.image("other", { web: "nginx:2" });
  const steps = deployments.rollout.status("other");
  await steps.next();
  await deployments.delete("other");
  await expect(cluster.settled(steps.next())).rejects.toThrow(/it was deleted/);
  await expect(deployments.rollout.wait("none")).rejects.toThrow(/it does not exist/);
  await expect(deployments.everywhere.rollout.wait("web")).rejects.toThrow(/one object has one namespace/);
  await expect(deployments.rollout.wait(undefined as never)).rejects.toThrow(/its name is undefined, not a text/);
});

test("status times out saying how far it came, and ends with its signal", async () => {
  await deployments.create(web("nginx", { template: homeless }));
  const late = deployments.rollout.wait("web", { timeoutMs: 5000 }).catch((error: unknown) => error);
  expect(await cluster.settled(late)).toMatchObject({
    code: "TIMEOUT",
    message: expect.stringMatching(
      /^Timed out after 5 s waiting for the rollout of deployments "web": 0 of 2 updated replicas are available\n {2}pod "web-\S+" and 1 more: it has no node: /,
    ),
  });
  const abort = new AbortController();
  const waiting = deployments.rollout.wait("web", { signal: abort.signal }).catch((error: unknown) => error);
  abort.abort();
  expect(await waiting).toMatchObject({ code: "ABORTED" });
});

test("status tells the present state alone where it is not to watch, and its end leaves no watch", async () => {
  await deployments.create(web("nginx", { template: homeless }));
  await cluster.until(async () => (await deployments.get("web")).status?.observedGeneration === 1);
  const told = [];
  for await (const { message, done } of deployments.rollout.status("web", { watch: false })) told.push([message, done]);
  expect(told).toEqual([["0 of 2 updated replicas are available", false]]);
  const steps = deployments.rollout.status("web");
  await steps.next();
  const second = steps.next();
  await steps.return();
  expect(await second).toEqual({ done: true, value: undefined });
});

test("a limit of 0 is none, as kubectl's, and what is no length of time is refused", async () => {
  await deployments.create(web());
  const waiting = deployments.rollout.wait("web", { timeoutMs: 0 });
  expect((await cluster.settled(waiting)).status?.availableReplicas).toBe(2);
  for (const timeoutMs of [Number.NaN, -1, "30s" as unknown as number]) {
    await expect(deployments.rollout.wait("web", { timeoutMs })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(/^Cannot wait for at most (NaN|-1|"30s") ms: that is no length of time$/),
    });
  }
});

test("a wait for one revision fails when another takes its place", async () => {
  await rolledOut("nginx:1");
  await expect(deployments.rollout.wait("web", { revision: 2 })).rejects.toMatchObject({
    code: "WAIT_FAILED",
    message: 'Cannot wait for the rollout of deployments "web": it is at revision 1, not 2',
  });
  // Not numbered yet: the controller has still to see the change.
  await deployments.set.image("web", { web: "nginx:2" });
  expect(image(await cluster.settled(deployments.rollout.wait("web", { revision: 2 })))).toBe("nginx:2");
  await deployments.patch("web", { spec: { template: homeless } });
  const pinned = deployments.rollout.wait("web", { revision: 3 }).catch((error: unknown) => error);
  await cluster.until(async () => (await deployments.get("web")).status?.updatedReplicas === 1);
  await deployments.set.image("web", { web: "nginx:4" });
  expect(await cluster.settled(pinned)).toMatchObject({ message: expect.stringMatching(/it is at revision 4, not 3/) });
  await expect(deployments.rollout.wait("web", { revision: 1.5 })).rejects.toThrow(
    "1.5 is not the number of a revision",
  );
  await expect(cluster.helper("daemonsets").rollout.wait("web", { revision: 1 })).rejects.toThrow(
    'Cannot follow one revision of daemonsets.apps "web": only deployments have that',
  );
});

test("a paused rollout says that it waits to be resumed", async () => {
  await rolledOut("nginx:1");
  await deployments.rollout.pause("web");
  await deployments.set.image("web", { web: "nginx:2" });
  const late = deployments.rollout.wait("web", { timeoutMs: 5000 }).catch((error: unknown) => error);
  expect(await cluster.settled(late)).toMatchObject({
    message: expect.stringMatching(/: 0 of 2 new replicas have been updated; it is paused until it is resumed$/),
  });
});

test("history shows each revision with its cause and what it changed", async () => {
  await rolledOut("nginx:1", "nginx:2");
  const history = await deployments.rollout.history("web");
  expect(history.map(({ revision, cause }) => [revision, cause])).toEqual([
    [1, "to nginx:1"],
    [2, "to nginx:2"],
  ]);
  expect(history[0]?.diff).toBe("");
  expect(history[1]?.change).toBe("image: nginx:1 → nginx:2");
  expect(Object.keys(history[1] ?? {})).toEqual(["revision", "created", "cause", "change"]);
  expect(history[1]?.name).toMatch(/^web-/);
  expect(JSON.parse(JSON.stringify(history[1]))).toMatchObject({ diff: history[1]?.diff, template: {} });
  expect(
    history[1]?.diff
      .split("\n")
      .filter((line) => /^[-+] /.test(line))
      .map((line) => line.replace(/ +/g, " ")),
  ).toEqual(["- image: nginx:1", "+ image: nginx:2"]);
  expect(history[1]?.template.metadata?.labels).toEqual(labels);
  await deployments.set.env("web", { MODE: "new" });
  await cluster.settled(deployments.rollout.wait("web"));
  expect((await deployments.rollout.history("web")).at(-1)?.change).toBe("+env: +name: MODE +value: new");
  await deployments.set.image("web", { web: `registry.example.com/${"long/".repeat(20)}nginx:3` });
  await cluster.settled(deployments.rollout.wait("web"));
  const { change = "" } = (await deployments.rollout.history("web")).at(-1) ?? {};
  expect(change).toMatch(/^image: nginx:2 → registry\.example\.com\/long.*…$/);
  expect(change).toHaveLength(72);
});

test("history leaves out what another of the same selector keeps", async () => {
  await rolledOut("nginx:1");
  await deployments.create({ ...web("nginx:9"), metadata: { name: "other" } });
  await cluster.until(async () => (await deployments.get("other")).status?.observedGeneration === 1);
  const history = await deployments.rollout.history("web");
  expect(history.map(({ template }) => template.spec?.containers[0]?.image)).toEqual(["nginx:1"]);
});

test("undo goes back to the revision before, or to the one named, with its annotations", async () => {
  await rolledOut("nginx:1", "nginx:2", "nginx:3");
  // Of the object as it is: it does not go back with the template.
  const own = {
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    "deployment.kubernetes.io/max-replicas": "9",
  };
  await deployments.annotate("web", own);
  const back = await deployments.rollout.undo("web");
  expect(image(back)).toBe("nginx:2");
  expect(back.metadata?.annotations).toMatchObject(own);
  expect(back.metadata?.annotations?.["kubernetes.io/change-cause"]).toBe("to nginx:2");
  expect(back.spec?.template.metadata?.labels).toEqual(labels);
  await cluster.settled(deployments.rollout.wait("web"));
  const replicaSets = await cluster.helper<ReplicaSet>("replicasets").list();
  expect(replicaSets).toHaveLength(3);
  expect(image(await deployments.rollout.undo("web", { toRevision: 1 }))).toBe("nginx:1");
});

test("undo leaves an equal template alone and refuses what it cannot do", async () => {
  await rolledOut("nginx:1");
  await expect(deployments.rollout.undo("web")).rejects.toThrow(/no revision before the present one is kept/);
  await expect(deployments.rollout.undo("web", { toRevision: 7 })).rejects.toMatchObject({
    message: 'Cannot undo the rollout of deployments "web": it has no revision 7',
    hint: "It has 1.",
  });
  await expect(deployments.rollout.undo("web", { toRevision: -1 })).rejects.toThrow(/-1 is not the number/);
  const before = await deployments.get("web");
  const after = await deployments.rollout.undo("web", { toRevision: 1 });
  expect(after.metadata?.resourceVersion).toBe(before.metadata?.resourceVersion);
  await deployments.rollout.pause("web");
  await expect(deployments.rollout.undo("web")).rejects.toMatchObject({
    message: 'Cannot undo the rollout of deployments "web": it is paused',
    hint: 'Resume it first: .rollout.resume("web")',
  });
  await expect(cluster.helper("pods").rollout.undo("web")).rejects.toThrow(
    /only deployments, daemonsets and statefulsets have that/,
  );
});

test.each(["daemonsets", "statefulsets"])("undo puts back the ControllerRevision of %s", async (resource) => {
  const workloads = cluster.helper<DaemonSet | StatefulSet>(resource);
  const spec = { selector: { matchLabels: labels }, template: template("nginx:1") };
  const extra = resource === "statefulsets" ? { serviceName: "web", replicas: 1 } : {};
  await workloads.create({ metadata: { name: "web" }, spec: { ...spec, ...extra } });
  await cluster.settled(workloads.rollout.wait("web"));
  await workloads.set.env("web", { MODE: "new" });
  await workloads.set.image("web", { web: "nginx:2" });
  await cluster.settled(workloads.rollout.wait("web"));
  expect((await workloads.rollout.history("web")).map(({ revision }) => revision)).toEqual([1, 2]);
  const back = await workloads.rollout.undo("web");
  expect(back.spec?.template.spec?.containers).toMatchObject([{ image: "nginx:1" }]);
  expect(back.spec?.template.spec?.containers[0]?.env).toBeUndefined();
  await cluster.settled(workloads.rollout.wait("web"));
  const same = await workloads.rollout.undo("web", { toRevision: 3 });
  expect(same.metadata?.resourceVersion).toBe((await workloads.get("web")).metadata?.resourceVersion);
});

test("restart replaces every pod, and says when it would not", async () => {
  await rolledOut("nginx:1");
  const pods = cluster.helper<Pod>("pods");
  const before = (await pods.list()).map(({ metadata }) => metadata?.uid);
  const restarted = await deployments.rollout.restart("web");
  const at = restarted.spec?.template.metadata?.annotations?.["kubectl.kubernetes.io/restartedAt"];
  expect(at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await expect(deployments.rollout.restart("web")).rejects.toThrow(/it was restarted within this second/);
  await cluster.settled(deployments.rollout.wait("web"));
  await cluster.until(async () => (await pods.list()).every(({ metadata }) => !before.includes(metadata?.uid)));
  await deployments.rollout.pause("web");
  await expect(deployments.rollout.restart("web")).rejects.toThrow(/it is paused/);
});

test("pause holds a change until resume, and writes nothing where it is so already", async () => {
  await rolledOut("nginx:1");
  const paused = await deployments.rollout.pause("web");
  expect(paused.spec?.paused).toBe(true);
  expect((await deployments.rollout.pause("web")).metadata?.resourceVersion).toBe(paused.metadata?.resourceVersion);
  await deployments.set.image("web", { web: "nginx:2" });
  const resumed = await deployments.rollout.resume("web");
  expect(resumed.spec?.paused).toBeUndefined();
  await cluster.settled(deployments.rollout.wait("web"));
  expect((await cluster.helper<Pod>("pods").list({ labels })).map(({ spec }) => spec?.containers[0]?.image)).toContain(
    "nginx:2",
  );
});

test("a dry run of each writes nothing", async () => {
  await rolledOut("nginx:1", "nginx:2");
  const before = await deployments.get("web");
  const dry = deployments.dryRun();
  expect(image(await dry.rollout.undo("web"))).toBe("nginx:1");
  await dry.rollout.restart("web");
  await dry.rollout.pause("web");
  expect(await deployments.get("web")).toEqual(before);
});

test("where nothing is stored, no rollout is waited for, nor what is still to be made", async () => {
  await deployments.create(web("nginx", { template: homeless }));
  const dry = deployments.dryRun();
  expect((await dry.rollout.wait("web")).spec?.template.spec?.nodeSelector).toEqual({ no: "where" });
  expect(await dry.rollout.wait("new", { revision: 1 })).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "new" },
  });
  const told = [];
  for await (const { done } of dry.rollout.status("web")) told.push(done);
  expect(told).toEqual([false]);
});
