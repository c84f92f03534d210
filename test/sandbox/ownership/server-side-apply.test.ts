import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Schema } from "../../../src/sandbox/model/schema.ts";
import { StatusError } from "../../../src/sandbox/model/status-error.ts";
import { serverSideApply } from "../../../src/sandbox/ownership/server-side-apply.ts";
import { trackUpdate } from "../../../src/sandbox/ownership/track-update.ts";
import { exchangeOf } from "../recordings.ts";
import { configMap, customDefinition, definitionOf, LATER, ownership, ownersOf, TIME, timesOf } from "./kinds.ts";

const CONFIG_MAP = definitionOf("ConfigMap");

function apply(
  live: ApiObject | undefined,
  applied: ApiObject,
  { manager = "one", force = false, time = TIME, definition = CONFIG_MAP } = {},
): ApiObject {
  return serverSideApply(live, applied, { ...ownership(definition, { manager, time }), force });
}

function refusal(attempt: () => unknown): StatusError["status"] {
  try {
    attempt();
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error("it was applied");
}

const deployment = (spec: object): ApiObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "d" },
  spec: spec as Record<string, unknown>,
});

const thing = (spec: unknown): ApiObject => ({
  apiVersion: "example.com/v1",
  kind: "Thing",
  metadata: { name: "t" },
  spec,
});

describe("a server-side apply", () => {
  test("creates, and owns what it mentions", () => {
    const { request, response } = exchangeOf("apply", "apply creates");
    const created = apply(undefined, request.body as ApiObject, { definition: definitionOf("Deployment") });
    const [recorded] = response.body.metadata.managedFields;
    expect(created.metadata.managedFields).toEqual([{ ...recorded, time: TIME }]);
  });

  test("again with the same values changes nothing, not even its time", () => {
    const live = apply(undefined, configMap({ a: "1" }));
    expect(apply(live, configMap({ a: "1" }), { time: LATER })).toEqual(live);
  });

  test("with the values of another owns them too, without a time", () => {
    const live = apply(undefined, configMap({ a: "1" }));
    const shared = apply(live, configMap({ a: "1" }), { manager: "two", time: LATER });
    expect(ownersOf(shared)).toEqual({
      "one Apply": { "f:data": { "f:a": {} } },
      "two Apply": { "f:data": { "f:a": {} } },
    });
    expect(timesOf(shared)).toEqual({ one: TIME, two: undefined });
  });

  test("removes what it no longer lists and nobody else owns", () => {
    const first = apply(undefined, configMap({ a: "1", b: "2", c: "3" }));
    const shared = apply(first, configMap({ b: "2" }), { manager: "two" });
    expect(apply(shared, configMap({ a: "1" })).data).toEqual({ a: "1", b: "2" });
  });

  test("keeps what an update added beside it", () => {
    const first = apply(undefined, configMap({ a: "1" }, { uid: "u" }));
    const updated = trackUpdate(
      first,
      { ...first, data: { a: "1", b: "2" } },
      ownership(CONFIG_MAP, { manager: "two" }),
    );
    expect(apply(updated, configMap({ c: "3" })).data).toEqual({ b: "2", c: "3" });
  });

  test("leaves no empty map behind", () => {
    const first = apply(undefined, configMap({}, { labels: { a: "1" } }));
    expect(apply(first, configMap({})).metadata).not.toHaveProperty("labels");
  });

  test("with another value of an applier is a conflict", () => {
    const definition = definitionOf("Deployment");
    const live = apply(undefined, deployment({ replicas: 2 }), { definition });
    const status = refusal(() => apply(live, deployment({ replicas: 5 }), { manager: "two", definition }));
    expect(status).toEqual(exchangeOf("apply", "apply conflict").response.body);
  });

  test("with another value of an updater names the version", () => {
    const live = trackUpdate(undefined, configMap({ a: "9" }), ownership(CONFIG_MAP, { manager: "unknown" }));
    const status = refusal(() => apply(live, configMap({ a: "1" })));
    expect(status).toEqual(exchangeOf("apply", "conflict with update manager").response.body);
  });

  test("lists several conflicts by manager", () => {
    const one = apply(undefined, configMap({ a: "1", b: "2" }));
    const two = apply(one, configMap({ b: "2", c: "3" }), { manager: "two" });
    const status = refusal(() => apply(two, configMap({ a: "x", b: "y", c: "z" }), { manager: "three" }));
    expect(status.message).toBe(
      'Apply failed with 4 conflicts: conflicts with "one":\n- .data.a\n- .data.b\nconflicts with "two":\n- .data.b\n- .data.c',
    );
    expect(status.details?.causes).toContainEqual({
      reason: "FieldManagerConflict",
      message: 'conflict with "two"',
      field: ".data.c",
    });
  });

  test("takes the fields over when forced", () => {
    const live = apply(undefined, configMap({ a: "1" }));
    const forced = apply(live, configMap({ a: "2" }), { manager: "two", force: true });
    expect(forced.data).toEqual({ a: "2" });
    expect(ownersOf(forced)).toEqual({ "two Apply": { "f:data": { "f:a": {} } } });
  });

  test("gives what was there before to before-first-apply", () => {
    const status = refusal(() => apply(configMap({ a: "1" }, { uid: "u" }), configMap({ a: "2" })));
    expect(status.message).toBe('Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a');
  });

  test("by kubectl takes over what kubectl apply set on the client's side", () => {
    const annotation = "kubectl.kubernetes.io/last-applied-configuration";
    const annotated = configMap(
      { a: "1", b: "2" },
      { annotations: { [annotation]: JSON.stringify(configMap({ a: "1" })) } },
    );
    const live = trackUpdate(undefined, annotated, ownership(CONFIG_MAP, { manager: "kubectl-client-side-apply" }));
    const taken = apply(live, configMap({ a: "2" }), { manager: "kubectl" });
    expect(taken.data).toEqual({ a: "2", b: "2" });
    expect(JSON.parse(taken.metadata.annotations?.[annotation] ?? "")).toMatchObject({ data: { a: "2" } });
    expect(refusal(() => apply(live, configMap({ b: "3" }), { manager: "kubectl" })).code).toBe(409);
    expect(refusal(() => apply(live, configMap({ a: "2" }), { manager: "other" })).code).toBe(409);
  });

  test("merges keyed lists in the configuration's order, with the defaults of keys", () => {
    const definition = definitionOf("Service");
    const service = (...ports: object[]): ApiObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "s" },
      spec: { ports },
    });
    const live = service(
      { port: 80, protocol: "TCP", name: "a" },
      { port: 81, protocol: "TCP" },
      { port: 82, protocol: "UDP" },
    );
    const merged = apply(live, service({ port: 82, protocol: "UDP" }, { port: 80, targetPort: 8080 }), { definition });
    expect(merged.spec).toEqual({
      ports: [
        { port: 81, protocol: "TCP" },
        { port: 82, protocol: "UDP" },
        { port: 80, protocol: "TCP", name: "a", targetPort: 8080 },
      ],
    });
  });

  test.each([
    [{ replicas: "two" }, ".spec.replicas: expected numeric (int or float), got string"],
    [{ nope: 1 }, ".spec.nope: field not declared in schema"],
    [{ selector: [] }, ".spec.selector: expected map, got &{[]}"],
    [
      { paused: "x", replicas: true },
      "errors:\n  .spec.paused: expected boolean, got &{x}\n  .spec.replicas: expected numeric (int or float), got bool",
    ],
    [
      { template: { spec: { containers: [{ name: "a" }, { name: "a" }] } } },
      '.spec.template.spec.containers: duplicate entries for key [name="a"]',
    ],
  ])("refuses %j", (spec, message) => {
    const definition = definitionOf("Deployment");
    expect(refusal(() => apply(undefined, deployment(spec), { definition }))).toMatchObject({
      code: 500,
      message: `failed to create typed patch object (/d; apps/v1, Kind=Deployment): ${message}`,
    });
  });

  test("refuses a list item without its keys", () => {
    const item: Schema = { type: "object", properties: { name: { type: "string" }, n: { type: "integer" } } };
    const definition = customDefinition({
      type: "array",
      items: item,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    });
    const status = refusal(() => apply(undefined, thing([{ n: 1 }]), { definition }));
    expect(status.message).toBe(
      "failed to create typed patch object (/t; example.com/v1, Kind=Thing): .spec: element 0: associative list with " +
        `keys has an element that omits all key fields ["name"] (and doesn't have default values for any key fields)`,
    );
  });

  test("owns as a whole what a changed schema makes atomic", () => {
    const spec: Schema = { type: "object", additionalProperties: { type: "string" } };
    const granular = apply(undefined, thing({ a: "1" }), { definition: customDefinition(spec) });
    const atomic = customDefinition({ ...spec, "x-kubernetes-map-type": "atomic" });
    const status = refusal(() => apply(granular, thing({ b: "2" }), { manager: "two", definition: atomic }));
    expect(status.message).toBe('Apply failed with 1 conflict: conflict with "one": .spec');
  });

  test("refuses managedFields and another kind", () => {
    expect(refusal(() => apply(undefined, configMap({}, { managedFields: [] }))).message).toBe(
      "metadata.managedFields must be nil",
    );
    expect(refusal(() => apply(undefined, { ...configMap({}), kind: "Secret" })).message).toBe(
      "invalid object type: /v1, Kind=Secret",
    );
  });

  test("ends with exactly the fields of the last configuration, whatever was applied before", () => {
    const definition = customDefinition({ "x-kubernetes-preserve-unknown-fields": true });
    const leaf = fc.constantFrom("x", "y", 1);
    const node = fc.dictionary(fc.constantFrom("a", "b", "c"), leaf, { minKeys: 1 });
    const spec = fc.dictionary(fc.constantFrom("p", "q"), node, { minKeys: 1 });
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 4 }), (configurations) => {
        let live: ApiObject | undefined;
        for (const one of configurations) live = apply(live, thing(one), { definition });
        expect(live?.spec).toEqual(configurations.at(-1));
        expect(apply(live, thing(configurations.at(-1)), { definition, time: LATER })).toEqual(live);
      }),
    );
  });
});
