import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubernetesObject } from "../../src/core/object.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import { PendingChanges } from "../../src/resources/pending-changes.ts";
import type { ObjectEvent } from "../../src/resources/reconciler.ts";
import { PODS } from "../core/resources-fixture.ts";
import { eventually, FakeServer, FakeTiming } from "./fake-server.ts";

function setUp(): { server: FakeServer; timing: FakeTiming; pods: ResourceClient } {
  const server = new FakeServer();
  const timing = new FakeTiming();
  const scope = { type: "namespace", namespace: "a", chosen: true } as const;
  return { server, timing, pods: new ResourceClient({ transport: server, resource: PODS, scope, timing }) };
}

describe("a cache", () => {
  test("reads by name, counts, and says whether it is in sync", async () => {
    const { server, timing, pods } = setUp();
    server.set("x", 1);
    const cache = await pods.cache();
    expect([cache.size, cache.has("x"), cache.has("y"), cache.has("x", "b"), cache.synced]).toEqual([
      1,
      true,
      false,
      false,
      true,
    ]);
    expect(cache.get("x")).toMatchObject({ kind: "Pod", value: 1 });
    server.faults.push("refused");
    server.interrupt("cut");
    await eventually(() => !cache.synced);
    await eventually(() => {
      timing.pass(1000);
      return cache.synced;
    });
    await cache.close();
    expect([cache.synced, cache.error, cache.has("x"), server.openWatches]).toEqual([false, undefined, true, 0]);
  });

  test("lists by labels and namespace the same with an index as without", async () => {
    const { server, pods } = setUp();
    const labels = [{ app: "web" }, { app: "db" }, undefined, { app: "web", tier: "x" }];
    for (const [at, one] of labels.entries()) server.set(`p${at}`, at, one);
    const cache = await pods.cache();
    const names = (query: Parameters<typeof cache.list>[0]): unknown =>
      cache
        .list(query)
        .map(({ metadata }) => metadata?.name)
        .sort();
    const answers = (): unknown =>
      ["app=web", "app!=web", "app in (web,db)", "app=web,tier=x", "app=no"].map((one) => names({ labels: one }));
    const expected = [["p0", "p3"], ["p1", "p2"], ["p0", "p1", "p3"], ["p3"], []];
    expect(answers()).toEqual(expected);
    cache.indexByLabel("app");
    expect(answers()).toEqual(expected);
    server.set("p0", 9, { app: "db" });
    server.remove("p3");
    server.set("p4", 1, { app: "web" });
    await eventually(() => cache.has("p4"));
    expect([names({ labels: "app=web" }), names({ labels: { app: "db" } }), names({ namespace: "b" })]).toEqual([
      ["p4"],
      ["p0", "p1"],
      [],
    ]);
    await cache.close();
  });

  test("rejects when it cannot be filled, and tells its loops what ended it", async () => {
    const { server, pods } = setUp();
    server.faults.push("refused");
    await expect(pods.cache()).rejects.toMatchObject({ code: "CONNECTION_REFUSED" });
    const cache = await pods.cache();
    const next = cache.changes().next();
    server.faults.push("forbidden");
    server.interrupt("cut");
    await expect(next).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(cache.error).toMatchObject({ code: "FORBIDDEN" });
  });

  test("a loop over changes ends when the cache is closed, or by leaving it", async () => {
    const { server, pods } = setUp();
    const cache = await pods.cache();
    const seen: string[] = [];
    const loop = (async () => {
      for await (const { type, object } of cache) seen.push(`${type} ${object.metadata?.name}`);
    })();
    server.set("x", 1);
    await eventually(() => seen.length === 1);
    await cache.close();
    await loop;
    expect(seen).toEqual(["ADDED x"]);
  });

  test("ends with its signal", async () => {
    const { server, pods } = setUp();
    const abort = new AbortController();
    const cache = await pods.cache({ signal: abort.signal });
    abort.abort();
    await eventually(() => cache.error !== undefined);
    expect(cache.error).toMatchObject({ code: "ABORTED" });
    expect(server.openWatches).toBe(0);
  });
});

test("changes merged for a slow loop lead to the same state as all of them", async () => {
  const command = fc.record({ name: fc.constantFrom("a", "b"), type: fc.constantFrom("set", "remove", "read") });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 30 }), async (commands) => {
      const pending = new PendingChanges<KubernetesObject>(() => {});
      const truth = new Map<string, KubernetesObject>();
      const folded = new Map<string, KubernetesObject>();
      let version = 0;
      let queued = 0;
      const read = async (): Promise<boolean> => {
        const { done, value } = await pending.next();
        if (done === true) return false;
        const key = value.object.metadata?.name ?? "";
        expect(folded.has(key)).toBe(value.type !== "ADDED");
        if (value.type === "DELETED") folded.delete(key);
        else folded.set(key, value.object);
        return true;
      };
      for (const { name, type } of commands) {
        version += 1;
        const before = truth.get(name);
        let event: ObjectEvent<KubernetesObject> | undefined;
        if (type === "set") {
          const object = {
            metadata: { name, uid: before?.metadata?.uid ?? `u${version}`, resourceVersion: String(version) },
          };
          event = { type: before === undefined ? "ADDED" : "MODIFIED", object };
          truth.set(name, object);
        } else if (type === "remove" && before !== undefined) {
          event = { type: "DELETED", object: before };
          truth.delete(name);
        }
        if (event !== undefined) {
          pending.push(event);
          queued += 1;
        }
        if (type === "read" && pending.size > 0) await read();
      }
      expect(pending.size).toBeLessThanOrEqual(Math.min(queued, 4));
      pending.end(undefined);
      while (await read());
      expect(folded).toEqual(truth);
    }),
  );
});
