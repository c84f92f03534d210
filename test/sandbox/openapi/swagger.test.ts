import { expect, test } from "vitest";
import { builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import { swaggerDocument, swaggerSchema } from "../../../src/sandbox/openapi/swagger.ts";
import { swaggerProtobuf } from "../../../src/sandbox/openapi/swagger-protobuf.ts";
import { textOf, type WireField, wireFields } from "../../../src/sandbox/protobuf/wire.ts";

const swagger = swaggerDocument(builtInDefinitions());

const inside = (fields: readonly WireField[], number: number): WireField[][] =>
  fields.filter((field) => field.number === number).map(({ value }) => wireFields(value as Uint8Array));
const text = (fields: readonly WireField[], number: number): string | undefined => {
  const found = fields.find((field) => field.number === number);
  return found === undefined ? undefined : textOf(found.value as Uint8Array);
};
const JSON_SCHEMA = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps";

/** The pairs of a map, by name. */
const named = (fields: readonly WireField[], number: number): Map<string, WireField[]> =>
  new Map(inside(fields, number).map((pair) => [text(pair, 1) ?? "", inside(pair, 2)[0] ?? []]));

test("every reference of the v2 document leads to a definition", () => {
  const references = [...JSON.stringify(swagger).matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference = ""]) => reference);
  expect(references.length).toBeGreaterThan(1000);
  const lost = references.filter((one) => !(one.replace("#/definitions/", "") in swagger.definitions));
  expect([...new Set(lost)]).toEqual([]);
});

test("words that v2 does not have are gone, and what offered two types is a text", () => {
  // Fields of a CustomResourceDefinition's schema are named so themselves.
  const { [JSON_SCHEMA]: _, ...definitions } = swagger.definitions;
  expect(JSON.stringify({ ...swagger, definitions })).not.toMatch(/"(oneOf|anyOf|allOf|nullable|requestBody)":/);
  expect(swaggerSchema({ oneOf: [{ type: "integer" }, { type: "string" }], format: "int-or-string" })).toEqual({
    type: "string",
    format: "int-or-string",
  });
});

test("the protobuf form holds what the JSON holds", () => {
  const document = wireFields(swaggerProtobuf(swagger));
  expect(text(document, 1)).toBe("2.0");
  const definitions = named(inside(document, 9)[0] ?? [], 1);
  expect([...definitions.keys()]).toEqual(Object.keys(swagger.definitions));
  const container = definitions.get("io.k8s.api.core.v1.Container") ?? [];
  const properties = named(inside(container, 25)[0] ?? [], 1);
  const expected = swagger.definitions["io.k8s.api.core.v1.Container"]?.properties ?? {};
  expect([...properties.keys()]).toEqual(Object.keys(expected));
  expect(text(inside(properties.get("image") ?? [], 22)[0] ?? [], 1)).toBe("string");
  const pod = definitions.get("io.k8s.api.core.v1.Pod") ?? [];
  const kinds = named(pod, 31).get("x-kubernetes-group-version-kind") ?? [];
  expect(text(kinds, 2)).toBe('- group: ""\n  kind: Pod\n  version: v1\n');
});

test("a patch operation tells its kind and that it takes a dry run, which kubectl looks for", () => {
  const document = wireFields(swaggerProtobuf(swagger));
  const paths = named(inside(document, 8)[0] ?? [], 2);
  const item = paths.get("/apis/apps/v1/namespaces/{namespace}/deployments/{name}") ?? [];
  const patch = inside(item, 8)[0] ?? [];
  expect(named(patch, 13).has("x-kubernetes-group-version-kind")).toBe(true);
  const queries = inside(patch, 8).flatMap((parameter) =>
    inside(parameter, 1).flatMap((one) => inside(one, 2).flatMap((nonBody) => inside(nonBody, 3))),
  );
  expect(queries.map((query) => text(query, 4))).toContain("dryRun");
});
