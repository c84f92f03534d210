import type { ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";

/** What every object has, wherever its schema says that it is one. */
const META_FIELDS: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata"]);

/**
 * Removes, in place, what the schema does not know. Returns the paths removed, sorted: what strict field validation
 * refuses and the default one warns of.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/pruning/algorithm.go
 */
export function pruneCustom(definition: ResourceDefinition, object: ApiObject): string[] {
  const { schema, schemas, custom } = definition;
  const removed: string[] = [];
  if (schema === undefined) return removed;
  const metadata = schema.properties?.metadata;
  if (metadata !== undefined) pruneMetadata(object.metadata as JsonObject, schemas.resolve(metadata), removed);
  if (custom?.preserveUnknownFields !== true) prune(object, { ...schema, [EMBEDDED]: true }, "", removed);
  return removed.sort();
}

/** Removes, in place, what a schema does not know from any value. */
export function pruneValue(value: unknown, schema: Schema): void {
  prune(value, schema, "", []);
}

const EMBEDDED = "x-kubernetes-embedded-resource";
const PRESERVE = "x-kubernetes-preserve-unknown-fields";

function pruneMetadata(metadata: JsonObject, schema: Schema, removed: string[]): void {
  for (const key of Object.keys(metadata)) {
    if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) continue;
    removed.push(`metadata.${key}`);
    delete metadata[key];
  }
}

function prune(value: unknown, schema: Schema | undefined, path: string, removed: string[]): void {
  if (schema?.[PRESERVE] === true) pruneKnown(value, schema, path, removed);
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) prune(item, schema?.items, `${path}[${index}]`, removed);
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (schema?.[EMBEDDED] === true && META_FIELDS.has(key)) continue;
      const below = path === "" ? key : `${path}.${key}`;
      const next = schemaOf(schema, key);
      if (next !== undefined) {
        prune(value[key], next, below, removed);
      } else if (schema?.additionalProperties !== true) {
        removed.push(below);
        delete value[key];
      }
    }
  }
}

/** Where unknown fields are kept, what is known is still pruned inside. */
function pruneKnown(value: unknown, schema: Schema, path: string, removed: string[]): void {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (schema.items !== undefined) pruneKnown(item, schema.items, `${path}[${index}]`, removed);
    }
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      if (schema[EMBEDDED] === true && META_FIELDS.has(key)) continue;
      const next = schemaOf(schema, key);
      if (next !== undefined) prune(value[key], next, path === "" ? key : `${path}.${key}`, removed);
    }
  }
}

/** The schema of one key: its own, or that of all further keys. */
export function schemaOf(schema: Schema | undefined, key: string): Schema | undefined {
  const { properties, additionalProperties } = schema ?? {};
  if (properties !== undefined && Object.hasOwn(properties, key)) return properties[key];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}
