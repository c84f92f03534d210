import { BUILT_IN_SCHEMAS, builtInDefinitions } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Schema } from "../../../src/sandbox/model/schema.ts";
import type { FieldSet } from "../../../src/sandbox/ownership/field-set.ts";
import type { Ownership } from "../../../src/sandbox/ownership/ownership.ts";

export const TIME = "2026-01-01T00:00:00Z";
export const LATER = "2026-01-01T00:00:01Z";

const definitions = builtInDefinitions();

export function definitionOf(kind: string, version = "v1"): ResourceDefinition {
  const found = definitions.find((one) => one.kind === kind && one.version === version);
  if (found === undefined) throw new Error(`no definition of ${kind}`);
  return found;
}

/** A custom resource of that schema, without the CustomResourceDefinition. */
export function customDefinition(spec: Schema): ResourceDefinition {
  return {
    ...definitionOf("ConfigMap"),
    group: "example.com",
    resource: "things",
    kind: "Thing",
    schema: {
      type: "object",
      properties: {
        apiVersion: { type: "string" },
        kind: { type: "string" },
        metadata: { $ref: "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
        spec,
      },
    },
    schemas: BUILT_IN_SCHEMAS,
    custom: {
      definitionName: "things.example.com",
      printerColumns: [],
      statusSubresource: false,
      scale: undefined,
      selectableFields: [],
      preserveUnknownFields: false,
    },
  };
}

export function ownership(definition: ResourceDefinition, change: Partial<Ownership> = {}): Ownership {
  const apiVersion = definition.group === "" ? definition.version : `${definition.group}/${definition.version}`;
  return { manager: "m", subresource: "", apiVersion, time: TIME, definition, ...change };
}

export function configMap(data: Record<string, string>, metadata: object = {}): ApiObject {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c", ...metadata }, data };
}

/** Who owns what: entries by `manager operation[/subresource]`, with their times. */
export function ownersOf(object: ApiObject): Record<string, FieldSet> {
  const entries = object.metadata.managedFields ?? [];
  return Object.fromEntries(
    entries.map(({ manager, operation, subresource, fieldsV1 }) => [
      `${manager} ${operation}${subresource === undefined ? "" : `/${subresource}`}`,
      (fieldsV1 ?? {}) as FieldSet,
    ]),
  );
}

export function timesOf(object: ApiObject): Record<string, string | undefined> {
  return Object.fromEntries((object.metadata.managedFields ?? []).map(({ manager = "", time }) => [manager, time]));
}
