import { describe, expect, test } from "vitest";
import type { KubernetesObject, UnknownObject } from "../../src/core/object.ts";
import { rolloutStatus } from "../../src/operations/rollout/status.ts";
import { wait } from "../../src/operations/wait/wait.ts";
import { parseWaitCondition } from "../../src/operations/wait/wait-conditions.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import { PODS } from "../core/resources-fixture.ts";
import { eventually, FakeServer, FakeTiming } from "../resources/fake-server.ts";

const object = (kind: string, status: object, more: object = {}): UnknownObject => ({
  kind,
  metadata: { name: "web", uid: "u", generation: 2 },
  status,
  ...more,
});

function setUp(): { server: FakeServer; timing: FakeTiming; pods: ResourceClient } {
  const server = new FakeServer();
  const timing = new FakeTiming();
  const scope = { type: "namespace", namespace: "a", chosen: true } as const;
  return { server, timing, pods: new ResourceClient({ transport: server, resource: PODS, scope, timing }) };
}

describe("wait", () => {
  test("resolves with the object once it is as wanted", async () => {
    const { server, pods } = setUp();
    server.set("web", 1);
    const waiting = wait(pods, "web", "jsonpath={.value}=3");
    await eventually(() => server.openWatches === 1);
    server.set("web", 2);
    server.set("web", 3);
    expect(await waiting).toMatchObject({ value: 3 });
    expect(server.openWatches).toBe(0);
  });

  test("waits for an object to exist and to be deleted, seeing through a successor", async () => {
    const { server, pods } = setUp();
    const created = wait(pods, "web", "exists");
    await eventually(() => server.openWatches === 1);
    server.set("web", 1);
    await created;
    const deleted = wait(pods, "web", "deleted");
    await eventually(() => server.openWatches === 1);
    server.remove("web");
    server.set("web", 2);
    await deleted;
    expect(await wait(pods, "gone", "delete")).toBeUndefined();
  });

  test("takes a function", async () => {
    const { server, pods } = setUp();
    server.set("web", 1);
    expect(await wait(pods, "web", (pod) => pod?.value === 1)).toMatchObject({ value: 1 });
  });

  test("fails at once when the object is absent or goes away", async () => {
    const { server, pods } = setUp();
    await expect(wait(pods, "web", "ready")).rejects.toMatchObject({
      code: "WAIT_FAILED",
      message: 'Cannot wait for pods "web" to be ready: it does not exist',
    });
    server.set("web", 1);
    const waiting = wait(pods, "web", "ready");
    const outcome = expect(waiting).rejects.toThrow(/it was deleted/);
    await eventually(() => server.openWatches === 1);
    server.remove("web");
    await outcome;
  });

  test("times out saying what it saw last; 0 checks once; a negative limit is a week", async () => {
    const { server, pods, timing } = setUp();
    server.set("web", 1);
    const waiting = wait(pods, "web", "condition=Ready");
    const outcome = expect(waiting).rejects.toMatchObject({
      code: "TIMEOUT",
      message:
        'Timed out after 30 s waiting for pods "web" to have condition Ready=True: it has no condition Ready yet',
    });
    await eventually(() => server.openWatches === 1);
    [...timing.timers].find(({ ms }) => ms === 30_000)?.run();
    await outcome;
    const before = server.requests.length;
    await expect(wait(pods, "web", "ready", { timeoutMs: 0 })).rejects.toMatchObject({ code: "TIMEOUT" });
    expect(server.requests.slice(before)).toEqual(["GET /api/v1/namespaces/a/pods/web"]);
    const abort = new AbortController();
    const long = wait(pods, "web", "ready", { timeoutMs: -1, signal: abort.signal });
    const aborted = expect(long).rejects.toMatchObject({ code: "ABORTED" });
    await eventually(() => [...timing.timers].some(({ ms }) => ms === 7 * 24 * 3600 * 1000));
    abort.abort();
    await aborted;
  });
});

describe("conditions", () => {
  const verdict = (text: string, state: KubernetesObject): unknown => parseWaitCondition(text).check(state, state);

  test("compare without case and default to True", () => {
    const ready = object("Pod", { conditions: [{ type: "Ready", status: "True" }] });
    expect(verdict("condition=ready", ready)).toEqual({ type: "done" });
    expect(verdict("condition=Ready=TRUE", ready)).toEqual({ type: "done" });
    expect(verdict("condition=Ready=false", ready)).toEqual({ type: "pending", progress: "Ready is True" });
  });

  test.each([
    [
      "the condition's",
      { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }], observedGeneration: 2 },
    ],
    ["the status'", { conditions: [{ type: "Ready", status: "True" }], observedGeneration: 1 }],
  ])("do not hold while %s generation is behind", (_, status) => {
    expect(verdict("ready", object("Deployment", status))).toMatchObject({ type: "pending" });
  });

  test("terminal states fail and say why", () => {
    const job = object("Job", {
      conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded", message: "too often" }],
    });
    expect(verdict("complete", job)).toEqual({
      type: "failed",
      reason: "the Job failed: Failed is True (BackoffLimitExceeded: too often)",
    });
    expect(verdict("condition=Failed", job)).toEqual({ type: "done" });
    expect(verdict("ready", object("Pod", { phase: "Failed", reason: "Evicted" }))).toEqual({
      type: "failed",
      reason: "the pod has ended in phase Failed (Evicted)",
    });
    expect(verdict("jsonpath=.status.phase=Succeeded", object("Pod", { phase: "Succeeded" }))).toEqual({
      type: "done",
    });
  });

  test("an old rollout's failure does not fail a new change", () => {
    const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }];
    expect(verdict("available", object("Deployment", { observedGeneration: 1, conditions }))).toMatchObject({
      type: "pending",
    });
    expect(verdict("available", object("Deployment", { observedGeneration: 2, conditions }))).toMatchObject({
      type: "failed",
    });
  });

  test("jsonpath without a value waits for existence, with several values fails", () => {
    const pod = object("Pod", { ips: [{ ip: "a" }, { ip: "b" }] });
    expect(verdict('jsonpath={.status.ips[?(@.ip=="a")].ip}', pod)).toEqual({ type: "done" });
    expect(verdict('jsonpath={.status.ips[?(@.ip=="a")].ip}=a', pod)).toEqual({ type: "done" });
    expect(verdict("jsonpath={.status.none}", pod)).toMatchObject({ type: "pending" });
    expect(verdict("jsonpath={.status.ips[*].ip}=a", pod)).toMatchObject({ type: "failed" });
  });

  test.each(["", "happy", "condition=", "jsonpath={.a"])("%j is refused", (text) => {
    expect(() => parseWaitCondition(text)).toThrow(/^Cannot (wait|read)/);
  });
});

describe("rollout status", () => {
  const spec = { replicas: 3 };
  const at = (status: object): object => ({ observedGeneration: 2, ...status });
  test.each([
    ["Deployment", { observedGeneration: 1 }, spec, /not seen the latest change/],
    ["Deployment", at({ updatedReplicas: 1 }), spec, /^1 of 3 new replicas/],
    ["Deployment", at({ updatedReplicas: 3, replicas: 4 }), spec, /^1 old replicas/],
    ["Deployment", at({ updatedReplicas: 3, replicas: 3, availableReplicas: 2 }), spec, /^2 of 3 updated/],
    ["Deployment", at({ updatedReplicas: 3, replicas: 3, availableReplicas: 3 }), spec, "done"],
    ["DaemonSet", at({ desiredNumberScheduled: 2, updatedNumberScheduled: 1 }), {}, /^1 of 2 new pods/],
    [
      "DaemonSet",
      at({ desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }),
      {},
      /^1 of 2 updated pods/,
    ],
    ["DaemonSet", at({}), { updateStrategy: { type: "OnDelete" } }, /RollingUpdate strategy, not OnDelete/],
    ["StatefulSet", at({ readyReplicas: 2 }), spec, /^2 of 3 pods are ready/],
    [
      "StatefulSet",
      at({ readyReplicas: 3, updatedReplicas: 0 }),
      { ...spec, updateStrategy: { rollingUpdate: { partition: 2 } } },
      /^0 of 1 new pods/,
    ],
    [
      "StatefulSet",
      at({ readyReplicas: 3, updatedReplicas: 1 }),
      { ...spec, updateStrategy: { rollingUpdate: { partition: 2 } } },
      "done",
    ],
    ["StatefulSet", at({ readyReplicas: 3, currentRevision: "a", updateRevision: "b" }), spec, /revision b/],
    ["StatefulSet", at({ readyReplicas: 3, currentRevision: "b", updateRevision: "b" }), spec, "done"],
    ["Pod", at({}), {}, /a Pod has no rollout/],
  ] as const)("%s %j %j", (kind, status, wanted, expected) => {
    const result = rolloutStatus(object(kind, status, { spec: wanted }));
    if (expected === "done") expect(result.type).toBe("done");
    else expect("progress" in result ? result.progress : "reason" in result ? result.reason : "").toMatch(expected);
  });
});
