import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { defaultCustom } from "../../../src/sandbox/crd/default-custom.ts";
import { pruneCustom } from "../../../src/sandbox/crd/prune-custom.ts";
import type { Schema } from "../../../src/sandbox/model/schema.ts";
import { thing, thingDefinition } from "./definitions.ts";

function pruned(schema: Schema, spec: unknown): { spec: unknown; removed: string[] } {
  const object = thing(structuredClone(spec));
  const removed = pruneCustom(thingDefinition(schema), object);
  return { spec: object.spec, removed };
}

function defaulted(schema: Schema, spec: unknown): unknown {
  const object = thing(structuredClone(spec));
  defaultCustom(thingDefinition(schema), object);
  return object.spec;
}

describe("pruning", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      list: { type: "array", items: { type: "object", properties: { a: { type: "string" } } } },
      map: { type: "object", additionalProperties: { type: "object", properties: { a: { type: "string" } } } },
      open: {
        type: "object",
        "x-kubernetes-preserve-unknown-fields": true,
        properties: { closed: { type: "object", properties: {} } },
      },
      template: {
        type: "object",
        "x-kubernetes-embedded-resource": true,
        properties: { spec: { type: "object", properties: {} } },
      },
    },
  };

  test("removes what the schema does not know and says where", () => {
    const spec = {
      z: 1,
      list: [{ a: "x" }, { b: 1 }],
      map: { k: { a: "x", b: 1 } },
      open: { any: { thing: 1 }, closed: { x: 1 } },
      template: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { x: 1 }, more: 1 },
    };
    expect(pruned(schema, spec)).toEqual({
      spec: {
        list: [{ a: "x" }, {}],
        map: { k: { a: "x" } },
        open: { any: { thing: 1 }, closed: {} },
        template: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: {} },
      },
      removed: [
        "spec.list[1].b",
        "spec.map.k.b",
        "spec.open.closed.x",
        "spec.template.more",
        "spec.template.spec.x",
        "spec.z",
      ],
    });
  });

  test("removes unknown metadata too", () => {
    const object = { ...thing({}), metadata: { name: "t", owner: "me" } };
    expect(pruneCustom(thingDefinition(schema), object)).toEqual(["metadata.owner"]);
    expect(object.metadata).toEqual({ name: "t" });
  });

  test("finds nothing more the second time", () => {
    const keys = fc.constantFrom("list", "map", "open", "closed", "a", "b");
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: "small" },
        fc.constant("x"),
        fc.array(tie("node"), { maxLength: 2 }),
        fc.dictionary(keys, tie("node"), { maxKeys: 3 }),
      ),
    })).node;
    fc.assert(
      fc.property(value, (spec) => {
        expect(pruned(schema, pruned(schema, spec).spec).removed).toEqual([]);
      }),
    );
  });
});

describe("defaulting", () => {
  const schema: Schema = {
    type: "object",
    properties: {
      n: { type: "integer", default: 3 },
      nullable: { type: "string", nullable: true, default: "d" },
      nested: { type: "object", default: {}, properties: { a: { type: "string", default: "a" } } },
      list: { type: "array", items: { type: "object", properties: { b: { type: "boolean", default: true } } } },
      plain: { type: "string" },
    },
  };

  test("fills in what is missing, deeply", () => {
    expect(defaulted(schema, { list: [{}, { b: false }] })).toEqual({
      n: 3,
      nullable: "d",
      nested: { a: "a" },
      list: [{ b: true }, { b: false }],
    });
  });

  test("replaces or drops nulls that the schema does not allow", () => {
    expect(defaulted(schema, { n: null, nullable: null, nested: { a: "x" }, plain: null })).toEqual({
      n: 3,
      nullable: null,
      nested: { a: "x" },
    });
  });

  test("never shares a default between objects", () => {
    const definition = thingDefinition(schema);
    const [one, two] = [thing({}), thing({})];
    defaultCustom(definition, one);
    (one.spec as { nested: { a: string } }).nested.a = "changed";
    defaultCustom(definition, two);
    expect(two.spec).toMatchObject({ nested: { a: "a" } });
  });
});
