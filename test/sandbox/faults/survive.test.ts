import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isApiError } from "../../../src/errors.ts";
import type { ResourceCache } from "../../../src/resources/cache.ts";
import type { WatchOptions } from "../../../src/resources/options.ts";
import type { Fault, FaultOptions } from "../../../src/sandbox/index.ts";
import type { ConfigMap } from "../../../src/types/core-v1.ts";
import { type Client, described, eventually, startClient, WAYS } from "./client.ts";

const WATCH = { resource: "configmaps", verb: "watch" } as const;
const LIST = { resource: "configmaps", verb: "list" } as const;

async function inStep(client: Client, cache: ResourceCache<ConfigMap>): Promise<void> {
  const seen = (): string[] => cache.list().map(described).sort();
  const equal = (): boolean => JSON.stringify(seen()) === JSON.stringify(client.state());
  await eventually(
    () => cache.synced && equal(),
    () => ({ seen: seen(), state: client.state() }),
  );
}

describe.each(WAYS)("a client %s", (way) => {
  test("waits for a slow answer, and gives it up when told to", async () => {
    await using client = await startClient(way);
    client.faults.inject({ type: "latency", ms: 60 }, LIST);
    const began = performance.now();
    expect(await client.configMaps.list()).toHaveLength(0);
    expect(performance.now() - began).toBeGreaterThan(55);
    client.faults.inject({ type: "latency", ms: 60_000 }, LIST);
    await expect(client.configMaps.list({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  test("waits as long as an overloaded server asks, and writes once", async () => {
    await using client = await startClient(way);
    const shed = client.faults.inject({ type: "tooManyRequests", retryAfterSeconds: 7 }, { method: "post", times: 3 });
    await client.configMaps.create({ metadata: { name: "a" } });
    expect(client.waits).toEqual([7000, 7000, 7000]);
    expect(shed.hits).toBe(3);
    expect(client.state()).toHaveLength(1);
  });

  test("tells of an overload that does not end", async () => {
    await using client = await startClient(way);
    client.faults.inject({ type: "tooManyRequests" }, LIST);
    await expect(client.configMaps.list()).rejects.toMatchObject({ code: "TOO_MANY_REQUESTS", retryAfterSeconds: 1 });
    expect(client.waits).toHaveLength(9);
  });

  test("tries a failing server again where it says when, and else tells of it at once", async () => {
    await using client = await startClient(way);
    client.faults.inject({ type: "serverError", status: 503, retryAfterSeconds: 2 }, { ...LIST, times: 2 });
    await client.configMaps.list();
    expect(client.waits).toEqual([2000, 2000]);
    client.faults.inject({ type: "serverError" }, LIST);
    const error: unknown = await client.configMaps.list().catch((reason: unknown) => reason);
    expect(isApiError(error) && [error.httpStatus, error.status.message]).toEqual([500, "etcdserver: leader changed"]);
    expect(client.waits).toHaveLength(2);
  });

  test("tells of a connection closed without an answer", async () => {
    await using client = await startClient(way);
    client.faults.inject({ type: "drop" }, { path: /\/configmaps$/ });
    await expect(client.configMaps.list()).rejects.toMatchObject({ code: "CONNECTION_LOST", retryable: true });
  });

  test("takes no half of a list for the whole", async () => {
    await using client = await startClient(way);
    for (const name of ["a", "b", "c"]) client.write(name, "1");
    client.faults.inject({ type: "cut", afterBytes: 300 }, LIST);
    await expect(client.configMaps.list()).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  });

  test("begins a list again when the history it pages through is compacted", async () => {
    await using client = await startClient(way);
    for (const name of ["a", "b", "c"]) client.write(name, "1");
    const names: string[] = [];
    const pages = client.faults.inject({ type: "latency", ms: 0 }, LIST);
    for await (const event of client.configMaps.watch({ initial: "list", pageSize: 1 })) {
      if (event.type === "SYNCED") break;
      if (event.type === "ADDED") names.push(event.object.metadata?.name ?? "");
      if (pages.hits === 1) {
        client.remove("c");
        client.faults.compactHistory();
      }
    }
    expect(names).toEqual(["a", "b"]);
    // the first page, the refused second, the whole
    expect(pages.hits).toBe(3);
  });

  test.each<[string, WatchOptions, Fault, FaultOptions]>([
    ["cut at once", {}, { type: "cut" }, WATCH],
    ["cut in the middle of a line", {}, { type: "cut", afterBytes: 700 }, WATCH],
    ["cut after an event", {}, { type: "cut", afterLines: 1 }, WATCH],
    ["silent at once", { idleTimeoutMs: 50 }, { type: "halfOpen" }, WATCH],
    ["silent after an event", { idleTimeoutMs: 50 }, { type: "halfOpen", afterLines: 1 }, WATCH],
    ["refused by an overload", {}, { type: "tooManyRequests" }, WATCH],
    ["refused by a failing server", {}, { type: "serverError", status: 503 }, WATCH],
    ["dropped", {}, { type: "drop" }, WATCH],
    ["listing and cut", { initial: "list", pageSize: 2 }, { type: "cut", afterBytes: 200 }, LIST],
    ["listing and refused", { initial: "list", pageSize: 2 }, { type: "serverError" }, LIST],
  ])("ends up with a whole cache though the watch is %s", async (_how, options, fault, match) => {
    await using client = await startClient(way);
    // a server that was never reached is an error to tell at once
    await using other = await client.configMaps.cache({ idleTimeoutMs: 50 });
    for (const name of ["a", "b", "c"]) client.write(name, "1");
    await inStep(client, other);
    const injected = client.faults.inject(fault, { ...match, times: 3 });
    client.faults.cutStreams();
    if (match === LIST) client.faults.compactHistory();
    await using cache = await startedAnyway(client, options);
    client.write("a", "2");
    client.remove("b");
    client.write("d", "1");
    await inStep(client, cache);
    await inStep(client, other);
    expect(injected.hits).toBe(3);
  });

  test("sees what happened while its watch was gone, deletions and all, though the history is compacted", async () => {
    await using client = await startClient(way);
    for (const name of ["a", "b"]) client.write(name, "1");
    await using cache = await client.configMaps.cache();
    const changes = cache.changes();
    client.faults.inject({ type: "drop" }, { ...WATCH, times: 2 });
    expect(client.faults.cutStreams(WATCH)).toBe(1);
    client.remove("a");
    client.write("c", "1");
    client.faults.compactHistory();
    await inStep(client, cache);
    const seen = [await changes.next(), await changes.next()].map(
      ({ value }) => `${value.type} ${(value.object as ConfigMap).metadata?.name}`,
    );
    expect(seen.sort()).toEqual(["ADDED c", "DELETED a"]);
  });

  test("replaces a connection that fell silent", async () => {
    await using client = await startClient(way);
    client.write("a", "1");
    await using cache = await client.configMaps.cache({ idleTimeoutMs: 60 });
    expect(client.faults.freezeStreams()).toBe(1);
    client.write("b", "1");
    await inStep(client, cache);
  });

  test("logs in with the new token once the old one is refused", async () => {
    let token = "first";
    await using client = await startClient(way, {
      now: () => Date.now(),
      current: async () => ({ authorization: `Bearer ${token}` }),
      invalidate: () => {
        token = "second";
        return true;
      },
    });
    await using cache = await client.configMaps.cache();
    client.faults.rotateToken("first", "second");
    client.faults.cutStreams();
    client.write("a", "1");
    await inStep(client, cache);
    await client.configMaps.get("a");
  });
});

/** A cache whose start may fail: it is tried again, as its user would. */
async function startedAnyway(client: Client, options: WatchOptions): Promise<ResourceCache<ConfigMap>> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await client.configMaps.cache(options);
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

const name = fc.constantFrom("a", "b", "c", "d");
const broken: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { type: "tooManyRequests" },
    { type: "serverError" },
    { type: "serverError", status: 503, retryAfterSeconds: 1 },
    { type: "drop" },
  ),
  fc.record({ type: fc.constant("cut" as const), afterBytes: fc.integer({ min: 0, max: 2000 }) }),
);
const silent: fc.Arbitrary<Fault> = fc.record({
  type: fc.constant("halfOpen" as const),
  afterLines: fc.integer({ min: 0, max: 4 }),
});
const faultOfVerb: fc.Arbitrary<[Fault, string]> = fc.oneof(
  fc.tuple(broken, fc.constantFrom("list", "watch")),
  fc.tuple(silent, fc.constant("watch")),
);

/** Something that happens, with the name that a counterexample shows. */
type Step = readonly [what: string, act: (client: Client, moment: number) => unknown];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: name.map((one): Step => [`write ${one}`, (to, moment) => to.write(one, String(moment))]) },
  { weight: 2, arbitrary: name.map((one): Step => [`remove ${one}`, (to) => to.remove(one)]) },
  fc.constantFrom<Step>(
    ["cut", ({ faults }) => faults.cutStreams()],
    ["freeze", ({ faults }) => faults.freezeStreams()],
    ["compact", ({ faults }) => faults.compactHistory()],
    ["a turn", () => new Promise((resolve) => setTimeout(resolve, 1))],
  ),
  fc
    .tuple(faultOfVerb, fc.integer({ min: 1, max: 2 }))
    .map(
      ([[fault, verb], times]): Step => [
        `${JSON.stringify(fault)} for ${times} ${verb}`,
        ({ faults }) => faults.inject(fault, { resource: "configmaps", verb, times }),
      ],
    ),
);

test.each(["stream", "list"] as const)(
  "a cache that begins with a %s equals the server after any faults",
  async (initial) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        await using client = await startClient("in process");
        client.write("a", "0");
        await using cache = await client.configMaps.cache({ initial, pageSize: 2, idleTimeoutMs: 15 });
        const names = (): string[] => cache.list().map(({ metadata }) => metadata?.name ?? "");
        const told = new Set(names());
        const changes = cache.changes();
        const reading = (async () => {
          for await (const { type, object } of changes) {
            if (type === "DELETED") told.delete(object.metadata?.name ?? "");
            else told.add(object.metadata?.name ?? "");
          }
        })();
        for (const [moment, [, act]] of steps.entries()) await act(client, moment);
        await inStep(client, cache);
        const toldNames = (): string => [...told].sort().join();
        await eventually(() => toldNames() === names().sort().join(), toldNames);
        await cache.close();
        await reading;
      }),
      { numRuns: 25 },
    );
  },
  20_000,
);
