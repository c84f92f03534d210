import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UnknownObject } from "../../src/core/object.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import type { WatchOptions } from "../../src/resources/options.ts";
import type { WatchEvent } from "../../src/resources/watch-event.ts";
import { PODS } from "../core/resources-fixture.ts";
import { eventually, FakeServer, FakeTiming } from "./fake-server.ts";

function setUp(): { server: FakeServer; timing: FakeTiming; pods: ResourceClient } {
  const server = new FakeServer();
  const timing = new FakeTiming();
  const scope = { type: "namespace", namespace: "a", chosen: true } as const;
  return { server, timing, pods: new ResourceClient({ transport: server, resource: PODS, scope, timing }) };
}

/** Collects a watch's events until it is stopped, or fails. */
function collect(pods: ResourceClient, options: WatchOptions = {}) {
  const abort = new AbortController();
  const events: string[] = [];
  const seen: WatchEvent<UnknownObject>[] = [];
  const outcome = (async () => {
    try {
      for await (const event of pods.watch({ ...options, signal: abort.signal })) {
        seen.push(event);
        events.push(
          event.type.endsWith("SYNCED")
            ? event.type
            : `${event.type} ${(event.object as UnknownObject).metadata?.name}`,
        );
      }
    } catch (error) {
      return error as Error;
    }
    return undefined;
  })();
  const stop = async (): Promise<Error | undefined> => {
    abort.abort();
    return outcome;
  };
  return { events, seen, stop, outcome };
}

describe.each(["stream", "list"] as const)("a watch that begins with a %s", (initial) => {
  test("shows the present state, says SYNCED, then every change", async () => {
    const { server, pods } = setUp();
    server.set("x", 1);
    server.set("y", 1);
    const watch = collect(pods, { initial });
    await eventually(() => watch.events.includes("SYNCED"));
    server.set("x", 2);
    server.remove("y");
    await eventually(() => watch.events.length === 5);
    expect(watch.events).toEqual(["ADDED x", "ADDED y", "SYNCED", "MODIFIED x", "DELETED y"]);
    expect((await watch.stop())?.name).toBe("AbortError");
    expect(server.openWatches).toBe(0);
  });

  test("resumes at the last bookmark when the server ends it, and says nothing of it", async () => {
    const { server, pods, timing } = setUp();
    server.set("x", 1);
    const watch = collect(pods, { initial });
    await eventually(() => watch.events.includes("SYNCED") && server.openWatches === 1);
    server.compact();
    server.bookmark();
    timing.time += 5000;
    server.interrupt("end");
    await eventually(() => server.openWatches === 1);
    server.set("x", 2);
    await eventually(() => watch.events.length === 3);
    expect(watch.events).toEqual(["ADDED x", "SYNCED", "MODIFIED x"]);
    expect(server.requests.at(-1)).toContain("watch=true&resourceVersion=12&");
    await watch.stop();
  });

  test.each(["error410", "compact"] as const)(
    "after history is lost (%s) it shows exactly what was missed",
    async (how) => {
      const { server, pods } = setUp();
      for (const name of ["changed", "deleted", "replaced", "same"]) server.set(name, 1);
      const watch = collect(pods, { initial });
      await eventually(() => watch.events.includes("SYNCED") && server.openWatches === 1);
      watch.events.length = 0;
      // The server is away from the watch's view while all of this happens.
      server.faults.push("refused");
      server.interrupt(how === "error410" ? "error410" : "cut");
      server.set("changed", 2);
      server.remove("deleted");
      server.remove("replaced");
      server.set("replaced", 2);
      server.set("new", 1);
      server.compact();
      await eventually(() => watch.events.includes("SYNCED"));
      expect(watch.events[0]).toBe("DESYNCED");
      expect(watch.events.at(-1)).toBe("SYNCED");
      expect(
        watch.events
          .slice(1, -1)
          .filter((event) => event !== "DESYNCED")
          .sort(),
      ).toEqual(["ADDED new", "ADDED replaced", "DELETED deleted", "DELETED replaced", "MODIFIED changed"]);
      await watch.stop();
    },
  );

  test("a lost connection is resumed without a list, and DESYNCED and SYNCED tell of the gap", async () => {
    const { server, pods, timing } = setUp();
    server.set("x", 1);
    const watch = collect(pods, { initial });
    await eventually(() => server.openWatches === 1 && watch.events.includes("SYNCED"));
    const before = server.requests.length;
    server.faults.push("refused", "overloaded");
    server.interrupt("cut");
    await eventually(() => server.openWatches === 1 && [...timing.timers].some(({ ms }) => ms === 1000));
    expect(watch.events).toEqual(["ADDED x", "SYNCED", "DESYNCED"]);
    timing.pass(1000);
    await eventually(() => watch.events.length === 4);
    expect(watch.events[3]).toBe("SYNCED");
    expect(server.requests.slice(before).every((request) => request.includes("watch=true&resourceVersion="))).toBe(
      true,
    );
    expect(timing.sleeps).toEqual([800, 1600, 3200]);
    await watch.stop();
  });
});

describe("a watch", () => {
  test("falls back to a list where the server does not stream", async () => {
    const { server, pods } = setUp();
    server.streamsLists = false;
    for (const name of ["a", "b", "c"]) server.set(name, 1);
    const watch = collect(pods, { pageSize: 2 });
    await eventually(() => server.openWatches === 1);
    expect(watch.events).toEqual(["ADDED a", "ADDED b", "ADDED c", "SYNCED"]);
    expect(server.requests.map((request) => new URLSearchParams(request.split("?")[1]).get("limit"))).toEqual([
      null,
      "2",
      "2",
      null,
    ]);
    await watch.stop();
  });

  test("starts over as one list when the snapshot expires between pages", async () => {
    const { server, pods } = setUp();
    for (const name of ["a", "b", "c"]) server.set(name, 1);
    const watch = collect(pods, { initial: "list", pageSize: 2 });
    await eventually(() => watch.events.length === 2);
    server.compact();
    server.remove("a");
    await eventually(() => watch.events.includes("SYNCED"));
    expect(watch.events).toEqual(["ADDED a", "ADDED b", "ADDED c", "DELETED a", "SYNCED"]);
    await watch.stop();
  });

  test("that is answered with 200 and then with 410 does not say SYNCED before it has listed again", async () => {
    const { server, pods, timing } = setUp();
    server.set("x", 1);
    const watch = collect(pods, { initial: "list" });
    await eventually(() => server.openWatches === 1);
    server.faults.push("refused", "refused");
    server.interrupt("cut");
    await eventually(() => server.openWatches === 1 && timing.sleeps.length === 3);
    server.interrupt("error410");
    await eventually(() => server.openWatches === 1 && watch.events.length === 4);
    expect(watch.events).toEqual(["ADDED x", "SYNCED", "DESYNCED", "SYNCED"]);
    expect(timing.sleeps).toEqual([800, 1600, 3200]);
    await watch.stop();
  });

  test("replaces a connection that has gone silent", async () => {
    const { pods, timing } = setUp();
    const watch = collect(pods, { idleTimeoutMs: 42_000 });
    await eventually(() => watch.events.includes("SYNCED") && [...timing.timers].some(({ ms }) => ms === 42_000));
    timing.pass(42_000);
    await eventually(() => {
      timing.pass(1000);
      return watch.events.length === 3;
    });
    expect(watch.events).toEqual(["SYNCED", "DESYNCED", "SYNCED"]);
    expect(String((watch.seen[1] as { reason?: unknown }).reason)).toContain("silent for 42 s");
    await watch.stop();
  });

  test("is in sync again before an idle timeout shorter than a second replaces the connection", async () => {
    const { server, pods, timing } = setUp();
    const watch = collect(pods, { idleTimeoutMs: 100 });
    await eventually(() => watch.events.includes("SYNCED"));
    server.interrupt("cut");
    await eventually(() => watch.events.includes("DESYNCED") && [...timing.timers].some(({ ms }) => ms === 50));
    timing.pass(50);
    await eventually(() => watch.events.length === 3);
    expect(watch.events).toEqual(["SYNCED", "DESYNCED", "SYNCED"]);
    await watch.stop();
  });

  test("asks for a list when a server never begins to stream", async () => {
    const { server, pods, timing } = setUp();
    const stream = server.stream.bind(server);
    server.stream = (request, options) =>
      String(request.query?.sendInitialEvents) === "true"
        ? new Promise((_, reject) => options?.signal?.addEventListener("abort", () => reject(options.signal?.reason)))
        : stream(request, options);
    server.set("x", 1);
    const watch = collect(pods);
    await eventually(() => timing.timers.size === 1);
    for (const { run } of [...timing.timers]) run();
    await eventually(() => watch.events.includes("SYNCED"));
    expect(watch.events).toEqual(["ADDED x", "SYNCED"]);
    await watch.stop();
  });

  test("tells at once that a server cannot be reached at all", async () => {
    const { server, pods } = setUp();
    server.faults.push("refused");
    expect(await collect(pods).outcome).toMatchObject({ code: "CONNECTION_REFUSED" });
  });

  test("pauses before it resumes a watch that the server keeps closing", async () => {
    const { server, pods, timing } = setUp();
    const watch = collect(pods, { initial: "list" });
    for (let round = 0; round < 3; round += 1) {
      await eventually(() => server.openWatches === 1);
      server.interrupt("end");
      await eventually(() => timing.sleeps.length === round + 1);
    }
    expect(timing.sleeps).toEqual([800, 1600, 3200]);
    expect(watch.events).toEqual(["SYNCED"]);
    await watch.stop();
  });

  test("reads no faster than its loop", async () => {
    const { server, pods } = setUp();
    for (const name of ["a", "b", "c"]) server.set(name, 1);
    const iterator = pods.watch()[Symbol.asyncIterator]();
    await iterator.next();
    server.interrupt("cut");
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).toHaveLength(1);
    await iterator.return(undefined);
  });
});

const name = fc.constantFrom("a", "b", "c", "d");
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("set" as const), name, value: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("remove" as const), name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("interrupt" as const),
      how: fc.constantFrom("end", "cut", "tear", "error410", "error500"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ do: fc.constant("compact" as const) }),
      fc.record({ do: fc.constant("bookmark" as const) }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("fault" as const),
      fault: fc.constantFrom("refused", "overloaded", "unavailable", "expired"),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("turns" as const), count: fc.nat(6) }) },
);

test("after any sequence of faults the cache and the events amount to the server's state", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 40 }),
      fc.constantFrom("stream" as const, "list" as const),
      fc.boolean(),
      async (commands, initial, streamsLists) => {
        const { server, pods, timing } = setUp();
        server.streamsLists = streamsLists;
        server.set("a", 0);
        const cache = await pods.cache({ initial, pageSize: 2 });
        const watch = collect(pods, { initial, pageSize: 2 });
        await eventually(() => watch.events.includes("SYNCED"));
        const folded = new Map<string, string>();
        let applied = 0;
        const fold = (): void => {
          for (const { type, object } of watch.seen.slice(applied)) {
            const { name: key = "", resourceVersion = "", uid = "" } = (object as UnknownObject).metadata ?? {};
            if (type === "ADDED") expect(folded.has(key)).toBe(false);
            if (type === "MODIFIED" || type === "DELETED") expect(folded.get(key)?.split("@")[0]).toBe(uid);
            if (type === "DELETED") folded.delete(key);
            else if (type === "ADDED" || type === "MODIFIED") folded.set(key, `${uid}@${resourceVersion}`);
          }
          applied = watch.seen.length;
        };
        for (const one of commands) {
          if (one.do === "set") server.set(one.name, one.value);
          else if (one.do === "remove") server.remove(one.name);
          else if (one.do === "interrupt") server.interrupt(one.how as "cut");
          else if (one.do === "compact") server.compact();
          else if (one.do === "bookmark") server.bookmark();
          else if (one.do === "fault") server.faults.push(one.fault as "refused");
          else for (let turn = 0; turn < one.count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        }
        const byName = (objects: readonly { metadata?: { name?: string } }[]): unknown =>
          [...objects].sort((x, y) => String(x.metadata?.name).localeCompare(String(y.metadata?.name)));
        const state = (): string => JSON.stringify(byName(server.state));
        await eventually(() => {
          timing.pass(1000);
          return cache.synced && JSON.stringify(byName(cache.list())) === state();
        });
        const wanted = server.state.map(({ metadata }) => `${metadata.uid}@${metadata.resourceVersion}`);
        await eventually(() => {
          fold();
          return JSON.stringify([...folded].sort().map(([, version]) => version)) === JSON.stringify(wanted);
        });
        await watch.stop();
        await cache.close();
        expect(server.openWatches).toBe(0);
      },
    ),
    { numRuns: 150 },
  );
}, 20_000);
