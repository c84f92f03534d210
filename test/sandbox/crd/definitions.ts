import { definitionsOf } from "../../../src/sandbox/crd/custom-definitions.ts";
import { BUILT_IN_SCHEMAS } from "../../../src/sandbox/definitions/built-in.ts";
import type { ResourceDefinition } from "../../../src/sandbox/model/definition.ts";
import { type FieldError, fieldErrorMessage } from "../../../src/sandbox/model/field-error.ts";
import type { ApiObject } from "../../../src/sandbox/model/object.ts";
import type { Schema } from "../../../src/sandbox/model/schema.ts";

export const NAMES = { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" };

export interface VersionChange {
  name?: string;
  served?: boolean;
  storage?: boolean;
  spec?: Schema;
  [field: string]: unknown;
}

/** A good CustomResourceDefinition of `things.example.com`, its objects' spec of that schema. */
export function crdOf(spec: Schema, ...more: VersionChange[]): ApiObject {
  const version = ({ spec: own = spec, ...rest }: VersionChange): object => ({
    name: "v1",
    served: true,
    storage: true,
    schema: { openAPIV3Schema: { type: "object", properties: { spec: own } } },
    ...rest,
  });
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "things.example.com" },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: NAMES,
      conversion: { strategy: "None" },
      versions: (more.length === 0 ? [{}] : more).map(version),
    },
    status: { conditions: null, acceptedNames: NAMES, storedVersions: ["v1"] },
  };
}

/** The one definition of a resource whose spec has that schema. */
export function thingDefinition(spec: Schema): ResourceDefinition {
  const [definition] = definitionsOf(crdOf(spec), BUILT_IN_SCHEMAS);
  if (definition === undefined) throw new Error("nothing is served");
  return definition;
}

export function thing(spec: unknown): ApiObject {
  return { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "t" }, spec };
}

export function messages(errors: readonly FieldError[]): string[] {
  return errors.map(fieldErrorMessage);
}
