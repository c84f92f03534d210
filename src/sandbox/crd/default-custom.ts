import type { ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { cloneJson, setOwn } from "../patch/json-value.ts";
import { schemaOf } from "./prune-custom.ts";

/**
 * Sets, in place, the schema's defaults, and drops nulls that the schema does not allow.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/defaulting/algorithm.go
 */
export function defaultCustom(definition: Pick<ResourceDefinition, "schema">, object: ApiObject): void {
  const { schema } = definition;
  if (schema === undefined) return;
  const { metadata: _metadata, ...properties } = schema.properties ?? {};
  applyDefaults(object, { ...schema, properties });
}

/** Defaults any value by its schema. */
export function applyDefaults(value: unknown, schema: Schema | undefined): void {
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (isRefusedNull(item, schema.items) && schema.items?.default !== undefined) {
        value[index] = cloneJson(schema.items.default);
      }
      applyDefaults(value[index], schema.items);
    }
  } else if (isJsonObject(value)) {
    for (const [key, property] of Object.entries(schema.properties ?? {})) {
      if (property.default === undefined) continue;
      if (!Object.hasOwn(value, key) || isRefusedNull(value[key], property))
        setOwn(value, key, cloneJson(property.default));
    }
    for (const key of Object.keys(value)) {
      const property = schemaOf(schema, key);
      if (!isRefusedNull(value[key], property)) applyDefaults(value[key], property);
      else if (property?.default === undefined) delete value[key];
      else setOwn(value, key, cloneJson(property.default));
    }
  }
}

function isRefusedNull(value: unknown, schema: Schema | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true;
}
