import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { memoryStore } from "../../../src/sandbox/storage/memory-store.ts";
import type { StoreEvent } from "../../../src/sandbox/storage/store.ts";

const KEY = "configmaps";

function configMap(namespace: string, name: string, value = 0): ApiObject {
  return { kind: "ConfigMap", apiVersion: "v1", metadata: { name, namespace }, data: { value } };
}

const write = fc.record({
  namespace: fc.constantFrom("a", "a-b", "b"),
  name: fc.constantFrom("w", "x", "y", "z"),
  value: fc.integer(),
  remove: fc.boolean(),
});

describe("the store", () => {
  it("lists in the order of etcd's keys, which puts a-b before a", () => {
    const store = memoryStore();
    for (const [namespace, name] of [
      ["b", "x"],
      ["a", "y"],
      ["a-b", "x"],
      ["a", "x"],
    ] as const) {
      store.put(KEY, configMap(namespace, name));
    }
    expect(store.list(KEY).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      "a-b/x",
      "a/x",
      "a/y",
      "b/x",
    ]);
    expect(store.list(KEY, "a").map(({ metadata }) => metadata.name)).toEqual(["x", "y"]);
  });

  it("can be rebuilt at any version from its events, and lists it so", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        const store = memoryStore();
        const states = new Map<number, ApiObject[]>([[store.revision, []]]);
        const events: StoreEvent[] = [];
        store.subscribe(KEY, (event) => events.push(event));
        for (const { namespace, name, value, remove } of writes) {
          if (remove) store.remove(KEY, namespace, name);
          else store.put(KEY, configMap(namespace, name, value));
          states.set(store.revision, store.list(KEY));
        }
        for (const [revision, objects] of states) {
          expect(store.listAt(KEY, revision)).toEqual(objects);
          expect(store.since(KEY, revision)).toEqual(events.filter((event) => event.revision > revision));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("stamps a deletion with a version of its own", () => {
    const store = memoryStore();
    const stored = store.put(KEY, configMap("a", "x"));
    const last = store.remove(KEY, "a", "x");
    expect(Number(last?.metadata.resourceVersion)).toBe(Number(stored.metadata.resourceVersion) + 1);
    expect(store.get(KEY, "a", "x")).toBeUndefined();
  });

  it("says so when its history no longer reaches back", () => {
    const store = memoryStore({ historyLimit: 10 });
    const first = store.revision;
    for (let count = 0; count < 30; count += 1) store.put(KEY, configMap("a", `x${count}`));
    expect(store.since(KEY, first)).toBeUndefined();
    expect(store.listAt(KEY, first)).toBeUndefined();
    expect(store.since(KEY, store.revision - 5)).toHaveLength(5);
    store.compact();
    expect(store.since(KEY, store.revision - 5)).toBeUndefined();
    expect(store.since(KEY, store.revision)).toEqual([]);
  });
});
