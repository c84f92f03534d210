import { kindKey } from "../definitions/built-in.ts";
import { componentReference } from "../definitions/schema-source.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import type { Schema } from "../model/schema.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

/** Names of the components that are objects of the API, by {@link kindKey}. */
export type ComponentNames = ReadonlyMap<string, string>;

export function componentNames(components: Readonly<Record<string, Schema>>): ComponentNames {
  const names = new Map<string, string>();
  for (const [name, schema] of Object.entries(components)) {
    const kinds = schema["x-kubernetes-group-version-kind"] ?? [];
    if (kinds.length !== 1) continue;
    for (const { group, version, kind } of kinds) names.set(kindKey(group, version, kind), name);
  }
  return names;
}

/** The components of custom resources and their lists: `com.example.v1.Widget`, `com.example.v1.WidgetList`. */
export function customComponents(definitions: readonly ResourceDefinition[]): Record<string, Schema> {
  const components: Record<string, Schema> = {};
  for (const definition of definitions) {
    if (definition.custom === undefined) continue;
    const { group, version, kind, listKind } = definition;
    const prefix = `${group.split(".").reverse().join(".")}.${version}`;
    const name = `${prefix}.${kind}`;
    components[name] = objectSchema(definition);
    components[`${prefix}.${listKind}`] = {
      type: "object",
      required: ["items"],
      properties: {
        apiVersion: { type: "string" },
        items: { type: "array", items: { $ref: componentReference(name) } },
        kind: { type: "string" },
        metadata: { $ref: componentReference(`${META}.ListMeta`) },
      },
      "x-kubernetes-group-version-kind": [{ group, version, kind: listKind }],
    };
  }
  return components;
}

function objectSchema(definition: ResourceDefinition): Schema {
  const { group, version, kind, schema } = definition;
  return {
    type: "object",
    ...schema,
    ...(schema?.description === undefined ? { description: `${kind} of ${groupVersion(definition)}` } : {}),
    properties: {
      ...schema?.properties,
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { allOf: [{ $ref: componentReference(`${META}.ObjectMeta`) }] },
    },
    "x-kubernetes-group-version-kind": [{ group, version, kind }],
  };
}
