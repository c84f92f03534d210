import { describe, expect, test } from "vitest";
import { validateDefinition } from "../../../src/sandbox/crd/validate-definition.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Schema } from "../../../src/sandbox/model/schema.ts";
import { exchangeOf } from "../recordings.ts";
import { crdOf, messages } from "./definitions.ts";

const GOOD: Schema = { type: "object", properties: { n: { type: "integer" } } };
const SPEC = "spec.validation.openAPIV3Schema.properties[spec]";

const check = (crd: ApiObject, old?: ApiObject): string[] => messages(validateDefinition(crd, old));
const checkSchema = (schema: Schema): string[] => check(crdOf(schema));

/** The definition with another value in its spec. */
function withSpec(change: (spec: Record<string, unknown>) => void): ApiObject {
  const crd = structuredClone(crdOf(GOOD));
  change(crd.spec as Record<string, unknown>);
  return crd;
}

describe("a CustomResourceDefinition", () => {
  test("that a real server takes is good", () => {
    expect(check(exchangeOf("crd", "create CRD").response.body)).toEqual([]);
    expect(check(crdOf(GOOD))).toEqual([]);
  });

  test("is named after plural and group", () => {
    expect(check({ ...crdOf(GOOD), metadata: { name: "other" } })).toEqual([
      'metadata.name: Invalid value: "other": must be spec.names.plural+"."+spec.group',
    ]);
  });

  test.each<[(spec: Record<string, unknown>) => void, string]>([
    [(spec) => delete spec.scope, "spec.scope: Required value"],
    [
      (spec) => Object.assign(spec, { scope: "Galaxy" }),
      'spec.scope: Unsupported value: "Galaxy": supported values: "Cluster", "Namespaced"',
    ],
    [
      (spec) => Object.assign(spec, { names: { ...(spec.names as object), listKind: "Thing" } }),
      'spec.names.listKind: Invalid value: "Thing": kind and listKind may not be the same',
    ],
    [
      (spec) => Object.assign(spec, { conversion: { strategy: "Webhook" } }),
      "spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook",
    ],
  ])("lacks nothing of its spec: case %#", (change, message) => {
    expect(check(withSpec(change))).toEqual([message]);
  });

  test("has a schema in every version, one of them stored, none twice", () => {
    const twice = crdOf(GOOD, { name: "v1" }, { name: "v1", schema: undefined });
    expect(check(twice).map((message) => message.replace(/Invalid value: \[.*\]:/, "Invalid value: […]:"))).toEqual([
      "spec.versions[1].schema.openAPIV3Schema: Required value",
      "spec.versions: Invalid value: […]: must contain unique version names",
      "spec.versions: Invalid value: […]: must have exactly one version marked as storage version",
    ]);
  });

  test("names the version where versions differ", () => {
    const crd = crdOf(GOOD, {}, { name: "v2", storage: false, spec: { properties: {} } });
    expect(check(crd)).toEqual([
      "spec.versions[1].schema.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields",
    ]);
  });

  test("keeps its group and plural, and once established its scope and kind", () => {
    const old = crdOf(GOOD);
    const conditions = [{ type: "Established", status: "True", reason: "r", message: "m" }];
    const established = { ...old, status: { conditions } };
    const changed = withSpec((spec) => {
      spec.scope = "Cluster";
      spec.names = { plural: "others", singular: "thing", kind: "Other", listKind: "ThingList" };
    });
    expect(check(changed, old)).toEqual(['spec.names.plural: Invalid value: "others": field is immutable']);
    expect(check(changed, established)).toEqual([
      'spec.scope: Invalid value: "Cluster": field is immutable',
      'spec.names.kind: Invalid value: "Other": field is immutable',
      'spec.names.plural: Invalid value: "others": field is immutable',
    ]);
  });

  test("has good columns, scale paths and selectable fields", () => {
    const crd = crdOf(GOOD, {
      additionalPrinterColumns: [{ name: "N", type: "int", jsonPath: "spec.n" }],
      subresources: { scale: { specReplicasPath: ".status.n", statusReplicasPath: ".status.n" } },
      selectableFields: [{ jsonPath: ".spec.nope" }, { jsonPath: ".spec.n" }, { jsonPath: ".spec" }],
    });
    expect(check(crd)).toEqual([
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.n": should be a json path under .spec',
      'spec.additionalPrinterColumns[0].type: Invalid value: "int": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.n": must be a simple json path starting with .',
      'spec.selectableFields[0].jsonPath: Invalid value: ".spec.nope": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
    ]);
  });
});

describe("a custom resource's schema", () => {
  const inSpec = (field: Schema, more: Schema = {}): Schema => ({ type: "object", properties: { f: field }, ...more });

  test.each<[Schema, string[]]>([
    [inSpec({}), [`${SPEC}.properties[f].type: Required value: must not be empty for specified object fields`]],
    [inSpec({ type: "array" }), [`${SPEC}.properties[f].items: Required value: must be specified`]],
    [
      inSpec({ type: "string" }, { anyOf: [{ properties: { f: { type: "string" } } }] }),
      [`${SPEC}.anyOf[0].properties[f].type: Forbidden: must be empty to be structural`],
    ],
    [
      inSpec({ type: "string" }, { allOf: [{ properties: { g: { pattern: "a" } } }] }),
      [`${SPEC}.properties[g]: Required value: because it is defined in ${SPEC}.allOf[0].properties[g]`],
    ],
    [
      inSpec({ type: "array", items: { type: "string" }, uniqueItems: true }),
      [
        `${SPEC}.properties[f].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
      ],
    ],
    [
      inSpec({ type: "object", properties: { a: { type: "string" } }, additionalProperties: { type: "string" } }),
      [
        `${SPEC}.properties[f].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
      ],
    ],
    [
      inSpec({ type: "array", items: { type: "string" }, "x-kubernetes-list-type": "map" }),
      [
        `${SPEC}.properties[f].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
        `${SPEC}.properties[f].items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
      ],
    ],
    [
      inSpec({ type: "integer", default: "x" }),
      [`${SPEC}.properties[f].default: Invalid value: "string":  in body must be of type integer: "string"`],
    ],
    [
      inSpec({ type: "object", properties: {}, "x-kubernetes-preserve-unknown-fields": false }),
      [`${SPEC}.properties[f].x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`],
    ],
    [
      inSpec({ type: "string", pattern: "(" }),
      [
        `${SPEC}.properties[f].pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: invalid syntax`,
      ],
    ],
    [inSpec({ "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] }), []],
    [inSpec({ "x-kubernetes-preserve-unknown-fields": true }), []],
  ])("%j", (schema, expected) => {
    expect(checkSchema(schema)).toEqual(expected);
  });

  test("has rules that compile", () => {
    const ruled = (rule: object): string[] => checkSchema({ ...GOOD, "x-kubernetes-validations": [rule] } as Schema);
    expect(ruled({ rule: "self.n > 0" })).toEqual([]);
    expect(ruled({ rule: "self.n >" })).toEqual([
      `${SPEC}.x-kubernetes-validations[0].rule: Invalid value: {"rule":"self.n >"}: compilation failed: Unexpected token: EOF`,
    ]);
    expect(ruled({ rule: "nope.n > 0" })[0]).toContain("compilation failed: Unknown variable: nope");
    expect(ruled({ rule: " " })).toEqual([
      `${SPEC}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
    ]);
    expect(ruled({ rule: "self.n > 0", fieldPath: ".x", reason: "Why" })).toEqual([
      `${SPEC}.x-kubernetes-validations[0].reason: Unsupported value: "Why": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
      `${SPEC}.x-kubernetes-validations[0].fieldPath: Invalid value: ".x": must be a valid path`,
    ]);
    expect(ruled({ rule: "self.n > 0", optionalOldSelf: true })).toEqual([
      `${SPEC}.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ]);
  });
});
