import { describe, expect, test } from "vitest";
import type { KubernetesObject, UnknownObject } from "../../src/core/object.ts";
import { rolloutStatus } from "../../src/operations/rollout/status.ts";
import { judgeOf } from "../../src/operations/wait/judge.ts";
import { waitForOne as wait, waitForAll } from "../../src/operations/wait/wait.ts";
import {
  all,
  any,
  complete,
  condition,
  deleted,
  exists,
  jsonpath,
  not,
  ready,
  type WaitFor,
} from "../../src/operations/wait/wait-condition.ts";
import type { WaitProgress } from "../../src/operations/wait/waiting.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import { PODS } from "../core/resources-fixture.ts";
import { eventually, FakeServer, FakeTiming } from "../resources/fake-server.ts";

const object = (kind: string, status: object, more: object = {}): UnknownObject => ({
  kind,
  metadata: { name: "web", uid: "u", generation: 2 },
  status,
  ...more,
});

/** As it was seen first, and as it is. */
function twice(state: UnknownObject): [UnknownObject, UnknownObject] {
  return [state, state];
}

function versionOf(kind: string): { apiVersion: string } {
  const groups: Record<string, string> = {
    Job: "batch/v1",
    Widget: "example.com/v1",
    Pod: "v1",
    ConfigMap: "v1",
    Namespace: "v1",
  };
  return { apiVersion: groups[kind] ?? (kind.endsWith("Claim") ? "v1" : "apps/v1") };
}

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

  test("the first that cannot come true ends what is waited for beside it", async () => {
    const { server, pods } = setUp();
    server.set("web", 1);
    const groups = ["web", "none"].map((name) => ({ client: pods, selection: { names: [name] } }));
    await expect(waitForAll(groups, "ready")).rejects.toMatchObject({
      code: "WAIT_FAILED",
      message: expect.stringContaining('"none" to be ready: it does not exist'),
    });
    expect(server.openWatches).toBe(0);
  });

  test("a name that is none is refused before anything is asked for", async () => {
    const { server, pods } = setUp();
    for (const name of [undefined, null, 1]) {
      const waiting = waitForAll([{ client: pods, selection: { names: [name as unknown as string] } }], "exists");
      await expect(waiting).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    expect(server.requests).toEqual([]);
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
    // The second asks why.
    expect(server.requests.slice(before)).toEqual([
      "GET /api/v1/namespaces/a/pods/web",
      expect.stringMatching(/^GET \/api\/v1\/namespaces\/a\/events\?/),
    ]);
    const abort = new AbortController();
    const long = wait(pods, "web", "ready", { timeoutMs: -1, signal: abort.signal });
    const aborted = expect(long).rejects.toMatchObject({ code: "ABORTED" });
    await eventually(() => [...timing.timers].some(({ ms }) => ms === 7 * 24 * 3600 * 1000));
    abort.abort();
    await aborted;
  });
});

describe("conditions", () => {
  const verdict = (text: WaitFor<UnknownObject>, state: KubernetesObject): unknown => judgeOf(text).check(state, state);

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

  test("a successor of its name does not stand for an object", () => {
    const pod = object("Pod", { conditions: [{ type: "Ready", status: "True" }] });
    const successor = { ...pod, metadata: { ...pod.metadata, uid: "another" } };
    const reason = "it was replaced by another of its name";
    expect(judgeOf("ready").check(successor, pod)).toEqual({ type: "failed", reason });
    expect(judgeOf("deleted").check(successor, pod)).toEqual({ type: "done" });
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
    expect(() => judgeOf(text)).toThrow(/^Cannot (wait|read)/);
  });

  test("a JSONPath may keep the quotes of a shell, and a word that is nearly one is guessed", () => {
    const pod = object("Pod", { phase: "Running" });
    expect(verdict("jsonpath='{.status.phase}'=Running", pod)).toEqual({ type: "done" });
    expect(verdict(`jsonpath="{.status.phase}"="Failed"`, pod)).toMatchObject({ type: "pending" });
    expect(verdict("jsonpath='{.status.none}'", pod)).toMatchObject({ type: "pending" });
    const hint = (text: string): unknown => {
      try {
        return judgeOf(text);
      } catch (error) {
        return (error as { hint?: string }).hint;
      }
    };
    expect(hint("raedy")).toMatch(/^Did you mean ready\? Use ready, available/);
    expect(hint("ready=yes")).toMatch(/^Use ready, available/);
  });

  test("what is no condition is refused, also where it would pass for true", () => {
    const pod = object("Pod", {});
    expect(() => judgeOf(undefined as never)).toThrow(/undefined is not a condition/);
    expect(() => judgeOf(all())).toThrow(/all\(\) has no condition in it/);
    for (const forgotten of [condition, jsonpath, async () => false]) {
      expect(() => verdict(forgotten as never, pod)).toThrow(/answers with an object/);
    }
  });

  test("compose", () => {
    const running = object("Pod", { phase: "Running", conditions: [{ type: "Ready", status: "False", reason: "No" }] });
    expect(verdict(all(exists, jsonpath("{.status.phase}", "Running")), running)).toEqual({ type: "done" });
    expect(verdict(all(exists, ready), running)).toEqual({ type: "pending", progress: "Ready is False (No)" });
    expect(
      verdict(
        any(ready, (pod) => pod?.kind === "Pod"),
        running,
      ),
    ).toEqual({ type: "done" });
    expect(verdict(not(ready), running)).toEqual({ type: "done" });
    expect(verdict(not(exists), running)).toEqual({ type: "pending", progress: '"exist" still holds' });
    expect(judgeOf(all(exists, any(ready, not("deleted")))).goal).toBe("exist and be ready or not be deleted");
    const ended = object("Pod", { phase: "Failed" });
    expect(verdict(any(ready, jsonpath("{.status.phase}", "Failed")), ended)).toEqual({ type: "done" });
    expect(verdict(any(ready, complete), ended)).toMatchObject({ type: "failed" });
  });

  test("about what does not exist: all() with exists waits for it, not() fails, and so does what was deleted", () => {
    const absent = (wanted: WaitFor<UnknownObject>, first?: UnknownObject): unknown =>
      (judgeOf(wanted).check(undefined, first) as { type: string }).type;
    expect(absent(all(exists, ready))).toBe("pending");
    expect(absent(all(exists, ready), object("Pod", {}))).toBe("failed");
    expect(absent(not(ready))).toBe("failed");
    expect(absent(not(exists))).toBe("done");
    expect(absent(any(deleted, ready))).toBe("done");
  });

  test("a negation waits until the state is up to date", () => {
    const behind = object("Widget", { observedGeneration: 1, conditions: [{ type: "Degraded", status: "True" }] });
    expect(verdict(not(condition("Degraded")), behind)).toMatchObject({ type: "pending", unsure: true });
  });

  test.each([
    ["Pod", { conditions: [{ type: "Ready", status: "True" }] }, {}, "done"],
    ["Job", { conditions: [{ type: "Complete", status: "True" }] }, {}, "done"],
    ["Job", { succeeded: 1, active: 2 }, { completions: 3 }, "1 of 3 pods have succeeded, 2 active"],
    ["Job", { failed: 1 }, { suspend: true }, "0 of 1 pods have succeeded, 0 active, 1 failed; it is suspended"],
    ["ReplicaSet", { observedGeneration: 2, readyReplicas: 1 }, { replicas: 2 }, "1 of 2 pods are ready"],
    [
      "DaemonSet",
      { observedGeneration: 2, desiredNumberScheduled: 2, numberReady: 1 },
      { updateStrategy: { type: "OnDelete" } },
      "1 of 2 pods are ready",
    ],
    ["PersistentVolumeClaim", { phase: "Pending" }, {}, "it is Pending"],
    ["PersistentVolumeClaim", { phase: "Lost" }, {}, "it is Lost"],
    ["Namespace", { phase: "Active" }, {}, "done"],
    ["Namespace", { phase: "Terminating" }, {}, "it is Terminating"],
    ["ConfigMap", {}, {}, "done"],
    ["Widget", {}, {}, "it has no condition Ready yet"],
  ] as const)("a %s with %j is ready or says why not", (kind, status, spec, expected) => {
    const result = judgeOf(ready).check(...twice({ ...object(kind, status, { spec }), ...versionOf(kind) }));
    // What can no longer come is not waited for.
    if (["Lost", "Terminating"].some((phase) => expected.includes(phase))) expect(result.type).toBe("failed");
    const said = result.type === "done" ? "done" : result.type === "failed" ? result.reason : result.progress;
    expect(said).toBe(expected);
  });
});

describe("wait for several", () => {
  const names = (list: readonly KubernetesObject[]): unknown[] => list.map(({ metadata }) => metadata?.name);
  const above = (limit: number) => (pod: UnknownObject | undefined) => Number(pod?.value ?? 0) > limit;

  test("takes one watch, and ends when each has been as wanted once", async () => {
    const { server, pods } = setUp();
    for (const name of ["a", "b", "c"]) server.set(name, 1);
    const told: WaitProgress[] = [];
    const options = { onProgress: (progress: WaitProgress) => void told.push(progress) };
    const waiting = waitForAll([{ client: pods, selection: { names: ["b", "a"] } }], above(1), options);
    await eventually(() => told.length === 1);
    server.set("a", 2);
    server.set("a", 1);
    server.set("b", 2);
    expect(names(await waiting)).toEqual(["b", "a"]);
    expect(server.requests.filter((one) => one.includes("watch=true"))).toHaveLength(1);
    expect(told.map(({ done, total }) => `${done}/${total}`)).toEqual(["0/2", "1/2", "1/2", "2/2"]);
  });

  test("by selector: those that come and go are counted, and what is to be gone is what was there", async () => {
    const { server, pods } = setUp();
    server.set("a", 2);
    server.set("b", 1);
    const up = waitForAll([{ client: pods, selection: {} }], (pod) => pod?.value === 2);
    await eventually(() => server.openWatches === 1);
    server.set("c", 1);
    server.remove("b");
    server.set("c", 2);
    expect(names(await up)).toEqual(["a", "c"]);
    let synced = false;
    const gone = waitForAll([{ client: pods, selection: {} }], deleted, { onProgress: () => (synced = true) });
    await eventually(() => synced);
    server.set("d", 1);
    server.remove("a");
    server.remove("c");
    expect(names(await gone)).toEqual(["a", "c"]);
  });

  test("that match nothing fails, unless nothing is wanted or something may come", async () => {
    const { server, pods } = setUp();
    const none = (wanted: WaitFor<UnknownObject>): Promise<unknown[]> =>
      waitForAll([{ client: pods, selection: {} }], wanted);
    await expect(none(ready)).rejects.toMatchObject({
      code: "WAIT_FAILED",
      message: "Cannot wait for pods to be ready: none matches",
    });
    expect(await none(deleted)).toEqual([]);
    const coming = none(all(exists, above(0)));
    await eventually(() => server.openWatches === 1);
    server.set("a", 1);
    expect(await coming).toHaveLength(1);
  });

  test("says at the end of its time who is not there yet; names need one namespace", async () => {
    const { server, pods, timing } = setUp();
    for (const name of ["a", "b", "c"]) server.set(name, name === "a" ? 2 : 1);
    const selection = { names: ["a", "b", "c"] };
    const late = waitForAll([{ client: pods, selection }], jsonpath("{.value}", 2)).catch((error: unknown) => error);
    await eventually(() => server.openWatches === 1);
    timing.pass(30_000);
    expect(await late).toMatchObject({
      code: "TIMEOUT",
      message:
        "Timed out after 30 s waiting for 3 pods to have {.value} = 2: 1 of 3 done, not yet b ({.value} is 1), c ({.value} is 1)",
    });
    await expect(waitForAll([{ client: pods, selection, namespace: "*" }], ready)).rejects.toThrow(/one namespace/);
    await expect(waitForAll([{ client: pods, selection: { names: [] } }], ready)).rejects.toThrow(/no object is named/);
    await expect(waitForAll([{ client: pods, selection: { selector: "a=b" } as object }], ready)).rejects.toThrow(
      /The option|no option "selector"/,
    );
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
