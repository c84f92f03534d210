import { describe, expect, test } from "vitest";
import { definitionsOf } from "../../../src/sandbox/crd/custom-definitions.ts";
import { defaultCustom } from "../../../src/sandbox/crd/default-custom.ts";
import { validateCustom } from "../../../src/sandbox/crd/validate-custom.ts";
import { BUILT_IN_SCHEMAS } from "../../../src/sandbox/definitions/built-in.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Schema } from "../../../src/sandbox/model/schema.ts";
import { invalid } from "../../../src/sandbox/model/status-error.ts";
import { exchangeOf } from "../recordings.ts";
import { messages, thing, thingDefinition } from "./definitions.ts";

const check = (schema: Schema, spec: unknown, old?: unknown): string[] =>
  messages(validateCustom(thingDefinition(schema), thing(spec), old === undefined ? undefined : thing(old)));

const field = (schema: Schema): Schema => ({ type: "object", properties: { f: schema } });

describe("a custom resource", () => {
  test.each(["enum", "required", "CEL rule"])("is refused as a real server does: %s", (name) => {
    const crd = exchangeOf("crd", "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com")
      .response.body;
    const [definition] = definitionsOf(crd, BUILT_IN_SCHEMAS);
    const { request, response } = exchangeOf("crd", name);
    const object = structuredClone(request.body) as ApiObject;
    if (definition === undefined) throw new Error("nothing is served");
    defaultCustom(definition, object);
    expect(invalid(definition, "bad", validateCustom(definition, object)).status).toEqual(response.body);
  });

  test.each<[Schema, unknown, string]>([
    [{ type: "integer" }, "x", 'Invalid value: "string": spec.f in body must be of type integer: "string"'],
    [{ type: "string" }, null, 'Invalid value: "null": spec.f in body must be of type string: "null"'],
    [{ type: "integer" }, 1.5, 'Invalid value: "number": spec.f in body must be of type integer: "number"'],
    [
      { "x-kubernetes-int-or-string": true },
      true,
      'Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"',
    ],
    [{ type: "integer", minimum: 1 }, 0, "Invalid value: 0: spec.f in body should be greater than or equal to 1"],
    [
      { type: "integer", minimum: 1, exclusiveMinimum: true },
      1,
      "Invalid value: 1: spec.f in body should be greater than 1",
    ],
    [{ type: "integer", maximum: 1 }, 2, "Invalid value: 2: spec.f in body should be less than or equal to 1"],
    [{ type: "integer", multipleOf: 2 }, 3, "Invalid value: 3: spec.f in body should be a multiple of 2"],
    [{ type: "string", maxLength: 1 }, "ab", "Too long: may not be more than 1 bytes"],
    [{ type: "string", minLength: 2 }, "a", 'Invalid value: "a": spec.f in body should be at least 2 chars long'],
    [{ type: "string", pattern: "^a+$" }, "b", `Invalid value: "b": spec.f in body should match '^a+$'`],
    [
      { type: "string", format: "date-time" },
      "now",
      'Invalid value: "now": spec.f in body must be of type date-time: "now"',
    ],
    [{ type: "array", maxItems: 1, items: { type: "string" } }, ["a", "b"], "Too many: 2: must have at most 1 item"],
    [
      { type: "array", minItems: 1, items: { type: "string" } },
      [],
      "Invalid value: 0: spec.f in body should have at least 1 items",
    ],
    [
      { type: "object", maxProperties: 1, additionalProperties: { type: "string" } },
      { a: "", b: "" },
      "Too many: 2: must have at most 1 item",
    ],
    [{ type: "string", enum: ["a", "b"] }, "c", 'Unsupported value: "c": supported values: "a", "b"'],
  ])("of schema %j does not take %j", (schema, value, message) => {
    expect(check(field(schema), { f: value })).toEqual([`spec.f: ${message}`]);
  });

  test("is checked inside lists, maps and junctors", () => {
    const schema: Schema = {
      type: "object",
      properties: {
        list: { type: "array", items: { type: "object", required: ["a"], properties: { a: { type: "string" } } } },
        map: { type: "object", additionalProperties: { type: "integer" } },
        either: { type: "string", oneOf: [{ pattern: "^a" }, { pattern: "b$" }] },
      },
    };
    expect(check(schema, { list: [{ a: "x" }, {}], map: { k: "v" }, either: "ab" })).toEqual([
      "spec.list[1].a: Required value",
      'spec.map.k: Invalid value: "string": spec.map.k in body must be of type integer: "string"',
      '<nil>: Invalid value: "": "spec.either" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ]);
  });

  test("has no duplicates in sets and keyed lists", () => {
    const schema: Schema = {
      type: "object",
      properties: {
        set: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        map: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: { type: "object", properties: { name: { type: "string" }, n: { type: "integer" } } },
        },
      },
    };
    expect(
      check(schema, {
        set: ["a", "b", "a"],
        map: [
          { name: "x", n: 1 },
          { name: "x", n: 2 },
        ],
      }),
    ).toEqual(['spec.set[2]: Duplicate value: "a"', 'spec.map[1]: Duplicate value: {"name":"x"}']);
  });

  test("has apiVersion and kind where it is embedded", () => {
    const schema = field({
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    });
    expect(check(schema, { f: { kind: "" } })).toEqual([
      "spec.f.apiVersion: Required value",
      'spec.f.kind: Invalid value: "": must not be empty',
    ]);
  });

  test("may keep on update what a stricter schema no longer takes", () => {
    const schema: Schema = {
      type: "object",
      properties: { f: { type: "string", maxLength: 1 }, g: { type: "string", maxLength: 1 } },
    };
    expect(check(schema, { f: "old", g: "new" }, { f: "old" })).toEqual([
      "spec.g: Too long: may not be more than 1 bytes",
    ]);
  });
});

describe("a rule", () => {
  const ruled = (
    rule: object,
    schema: Schema = { type: "object", properties: { a: { type: "integer" }, s: { type: "string" } } },
  ) => ({ ...schema, "x-kubernetes-validations": [rule] }) as Schema;

  test.each([
    ["self.a > 0", { a: 1 }],
    ["!has(self.s) || self.s.startsWith('x')", { a: 1 }],
    ["self.s.matches('^[a-z]+$') && self.s.find('b+') == 'bb'", { s: "abbc" }],
    ["self.s.split(',').size() == 2 && self.s.replace(',', ';') == 'a;b'", { s: "a,b" }],
    ["quantity(self.s).compareTo(quantity('1Gi')) == 0 && !isQuantity('x')", { s: "1024Mi" }],
    ["url(self.s).getHost() == 'h:8' && isURL(self.s)", { s: "https://h:8/p" }],
    ["isIP(self.s)", { s: "10.0.0.1" }],
    ["[1, 3, 2].max() == 3 && [1, 2].isSorted() && [self.a, 2].sum() == 3", { a: 1 }],
    ["'%s-%d'.format([self.s, self.a]) == 'x-1'", { s: "x", a: 1 }],
  ])("%s holds for %j", (rule, spec) => {
    expect(check(ruled({ rule }), spec)).toEqual([]);
  });

  test("that fails says its message, or itself", () => {
    expect(check(ruled({ rule: "self.a > 0", message: " too small " }), { a: 0 })).toEqual([
      "spec: Invalid value: too small",
    ]);
    expect(check(ruled({ rule: "self.a > 0" }), { a: 0 })).toEqual(["spec: Invalid value: failed rule: self.a > 0"]);
  });

  test("computes its message, has a reason and a field", () => {
    const rule = {
      rule: "self.a > 0",
      messageExpression: "'a is ' + string(self.a)",
      reason: "FieldValueForbidden",
      fieldPath: ".a",
    };
    expect(check(ruled(rule), { a: 0 })).toEqual(["spec.a: Forbidden: a is 0"]);
  });

  test("on a scalar shows the value", () => {
    const schema = field({ type: "integer", "x-kubernetes-validations": [{ rule: "self % 2 == 0", message: "odd" }] });
    expect(check(schema, { f: 3 })).toEqual(["spec.f: Invalid value: 3: odd"]);
  });

  test("that cannot be evaluated says why", () => {
    expect(check(ruled({ rule: "self.a > 0" }), { s: "x" })).toEqual([
      'spec: Invalid value: "object": no such key: a evaluating rule: self.a > 0',
    ]);
  });

  test("over oldSelf judges changes only", () => {
    const schema = field({
      type: "integer",
      "x-kubernetes-validations": [{ rule: "self >= oldSelf", message: "shrinks" }],
    });
    expect(check(schema, { f: 1 })).toEqual([]);
    expect(check(schema, { f: 2 }, { f: 1 })).toEqual([]);
    expect(check(schema, { f: 1 }, { f: 2 })).toEqual(["spec.f: Invalid value: 1: shrinks"]);
  });

  test("with an optional oldSelf judges creates too", () => {
    const rule = { rule: "oldSelf.hasValue() || self == 1", optionalOldSelf: true, message: "starts at 1" };
    const schema = field({ type: "integer", "x-kubernetes-validations": [rule] });
    expect(check(schema, { f: 2 })).toEqual(["spec.f: Invalid value: 2: starts at 1"]);
    expect(check(schema, { f: 2 }, { f: 1 })).toEqual([]);
  });

  test("compares items of a keyed list with what they were", () => {
    const item: Schema = {
      type: "object",
      properties: { name: { type: "string" }, n: { type: "integer" } },
      "x-kubernetes-validations": [{ rule: "self.n >= oldSelf.n", message: "shrinks" }],
    };
    const schema = field({
      type: "array",
      items: item,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    });
    const old = {
      f: [
        { name: "a", n: 5 },
        { name: "b", n: 1 },
      ],
    };
    expect(
      check(
        schema,
        {
          f: [
            { name: "b", n: 2 },
            { name: "a", n: 4 },
          ],
        },
        old,
      ),
    ).toEqual(["spec.f[1]: Invalid value: shrinks"]);
  });

  test("waits until the schema is satisfied", () => {
    const errors = check(ruled({ rule: "self.a > 0" }), { a: "x" });
    expect(errors.at(-1)).toMatch(/^<nil>: Invalid value: null: some validation rules were not checked/);
    expect(errors).toHaveLength(2);
  });

  test("reaches fields whose names CEL reserves, by their escaped names", () => {
    const schema: Schema = {
      type: "object",
      properties: { in: { type: "string" }, "a-b": { type: "string" } },
      "x-kubernetes-validations": [{ rule: "self.__in__ == self.a__dash__b" }],
    };
    expect(check(schema, { in: "x", "a-b": "x" })).toEqual([]);
  });

  test("sees dates as timestamps", () => {
    const schema = field({
      type: "string",
      format: "date-time",
      "x-kubernetes-validations": [{ rule: "self < timestamp('2027-01-01T00:00:00Z')" }],
    });
    expect(check(schema, { f: "2026-01-01T00:00:00Z" })).toEqual([]);
    expect(check(schema, { f: "2028-01-01T00:00:00Z" })).toHaveLength(1);
  });
});
