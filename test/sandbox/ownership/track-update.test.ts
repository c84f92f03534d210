import { describe, expect, test } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import { keepTimesOfNoChange } from "../../../src/sandbox/ownership/timestamps.ts";
import { trackUpdate } from "../../../src/sandbox/ownership/track-update.ts";
import { recordingOf } from "../recordings.ts";
import { configMap, customDefinition, definitionOf, LATER, ownership, ownersOf, TIME, timesOf } from "./kinds.ts";

const CONFIG_MAP = definitionOf("ConfigMap");
const by = (manager: string, time = TIME) => ownership(CONFIG_MAP, { manager, time });

/** What the server's own strategies and admission set after ownership is settled, so nobody owns it. */
const SET_LATER: Readonly<Record<string, (object: ApiObject) => void>> = {
  Namespace: (object) => {
    delete object.spec;
  },
};

describe("a create", () => {
  const created = recordingOf("patch")
    .concat(recordingOf("crud"), recordingOf("list-watch"), recordingOf("streams"))
    .filter(({ request, response }) => request.method === "POST" && response.status === 201)
    .map(({ response }) => response.body as ApiObject)
    .filter(({ kind, metadata }) => ["ConfigMap", "Deployment", "Namespace"].includes(kind) && metadata.managedFields);

  test.each(created.map((object) => [object.kind, object.metadata.name ?? "", object] as const))(
    "of the recorded %s %s is owned as a real server says",
    (kind, _name, recorded) => {
      const { managedFields, ...metadata } = structuredClone(recorded.metadata);
      const object: ApiObject = { ...structuredClone(recorded), metadata };
      SET_LATER[kind]?.(object);
      const [entry] = managedFields ?? [];
      const tracked = trackUpdate(
        undefined,
        object,
        ownership(definitionOf(kind), { manager: entry?.manager ?? "", time: entry?.time ?? "" }),
      );
      expect(JSON.stringify(tracked.metadata.managedFields)).toBe(JSON.stringify(managedFields));
    },
  );

  test("has recorded examples", () => {
    expect(created.length).toBeGreaterThan(5);
  });

  test("of a custom resource owns the objects on the way too", () => {
    const definition = customDefinition({
      type: "object",
      properties: {
        any: { "x-kubernetes-preserve-unknown-fields": true },
        set: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        plain: { type: "array", items: { type: "string" } },
      },
    });
    const spec = { any: { x: [1], y: {} }, set: ["a", "b"], plain: ["c"] };
    const thing: ApiObject = { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "t" }, spec };
    expect(ownersOf(trackUpdate(undefined, thing, ownership(definition)))).toEqual({
      "m Update": {
        "f:spec": {
          ".": {},
          "f:any": { ".": {}, "f:x": {}, "f:y": {} },
          "f:plain": {},
          "f:set": { ".": {}, 'v:"a"': {}, 'v:"b"': {} },
        },
      },
    });
  });
});

describe("an update", () => {
  const live = trackUpdate(undefined, configMap({ a: "1", b: "2" }, { uid: "u" }), by("one"));

  test("moves what it changes to its manager and keeps the others' times", () => {
    const updated = trackUpdate(live, { ...live, data: { a: "9", b: "2", c: "3" } }, by("two", LATER));
    expect(ownersOf(updated)).toEqual({
      "one Update": { "f:data": { ".": {}, "f:b": {} } },
      "two Update": { "f:data": { "f:a": {}, "f:c": {} } },
    });
    expect(timesOf(updated)).toEqual({ one: TIME, two: LATER });
  });

  test("that only removes takes from the owner and gives to nobody", () => {
    const updated = trackUpdate(live, { ...live, data: { a: "1" } }, by("two", LATER));
    expect(ownersOf(updated)).toEqual({ "one Update": { "f:data": { ".": {}, "f:a": {} } } });
    expect(timesOf(updated)).toEqual({ one: TIME });
  });

  test("that changes nothing leaves the managers as they are", () => {
    const updated = trackUpdate(live, { ...live }, by("two", LATER));
    expect(updated.metadata.managedFields).toEqual(live.metadata.managedFields);
  });

  test("of what is not tracked starts no tracking", () => {
    const untracked = configMap({ a: "1" }, { uid: "u" });
    expect(
      trackUpdate(untracked, configMap({ a: "2" }, { uid: "u" }), by("two")).metadata.managedFields,
    ).toBeUndefined();
  });

  test("with an empty list of managers forgets them all", () => {
    const forgetting = { ...live, metadata: { ...live.metadata, managedFields: [] } };
    expect(trackUpdate(live, forgetting, by("two")).metadata.managedFields).toBeUndefined();
  });

  test("with malformed managers falls back to those of the live object", () => {
    const managedFields = [{ manager: "x", operation: "Update" as const, apiVersion: "v1" }];
    const malformed = { ...live, metadata: { ...live.metadata, managedFields } };
    expect(ownersOf(trackUpdate(live, malformed, by("two")))).toEqual(ownersOf(live));
  });

  test("through the status endpoint owns nothing of the spec", () => {
    const definition = definitionOf("Deployment");
    const object = (spec: object, status: object): ApiObject => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d", uid: "u" },
      spec,
      status,
    });
    const before = trackUpdate(undefined, object({ replicas: 1 }, {}), ownership(definition, { manager: "one" }));
    const wanted = { ...before, spec: { replicas: 7 }, status: { replicas: 3 } };
    const after = trackUpdate(before, wanted, ownership(definition, { manager: "two", subresource: "status" }));
    expect(ownersOf(after)).toEqual({
      "one Update": { "f:spec": { "f:replicas": {} } },
      "two Update/status": { "f:status": { "f:replicas": {} } },
    });
  });

  test("through the scale endpoint takes the replicas, in an entry without a time", () => {
    const definition = definitionOf("Deployment");
    const object: ApiObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "d", uid: "u" },
      spec: { replicas: 1, paused: true },
    };
    const before = trackUpdate(undefined, object, ownership(definition, { manager: "one" }));
    const scaled = { ...before, spec: { replicas: 2, paused: true } };
    const after = trackUpdate(before, scaled, ownership(definition, { manager: "hpa", subresource: "scale" }));
    expect(ownersOf(after)).toEqual({
      "hpa Update/scale": { "f:spec": { "f:replicas": {} } },
      "one Update": { "f:spec": { "f:paused": {} } },
    });
    expect(timesOf(after)).toEqual({ hpa: undefined, one: TIME });
  });

  test("by an eleventh manager merges the oldest into ancient-changes", () => {
    let object = trackUpdate(undefined, configMap({}, { uid: "u" }), by("creator"));
    for (let second = 0; second < 11; second += 1) {
      const data = { ...(object.data as object), [`k${second}`]: "v" };
      object = trackUpdate(object, { ...object, data }, by(`m${second}`, `2026-01-01T00:00:${10 + second}Z`));
    }
    const owners = ownersOf(object);
    expect(Object.keys(owners)).toHaveLength(10);
    expect(owners["ancient-changes Update"]).toEqual({ "f:data": { ".": {}, "f:k0": {}, "f:k1": {} } });
    expect(timesOf(object)["ancient-changes"]).toBe("2026-01-01T00:00:11Z");
  });

  test("that only moves times is taken back before it is stored", () => {
    const managedFields = live.metadata.managedFields?.map((entry) => ({ ...entry, time: LATER })) ?? [];
    const touched = { ...live, metadata: { ...live.metadata, managedFields } };
    expect(keepTimesOfNoChange(live, touched)).toEqual(live);
    const changed = { ...touched, data: { a: "other" } };
    expect(keepTimesOfNoChange(live, changed)).toBe(changed);
  });
});
