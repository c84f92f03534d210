import type { JsonObject } from "../model/object.ts";
import type { Schema, SchemaSource } from "../model/schema.ts";

/** What Go writes for a struct nobody filled: the fields that are always present, empty. */
export function zeroValue(schema: Schema, schemas: SchemaSource): JsonObject {
  const value: JsonObject = {};
  for (const [name, field] of Object.entries(schemas.resolve(schema).properties ?? {})) {
    const resolved = schemas.resolve(field);
    if (resolved.default === undefined) continue;
    value[name] = resolved.properties === undefined ? resolved.default : zeroValue(field, schemas);
  }
  return value;
}

/** The status of an object that no controller has seen; undefined where it is left out. */
export function zeroStatus(schema: Schema | undefined, schemas: SchemaSource): JsonObject | undefined {
  const status = schema?.properties?.status;
  if (status === undefined || schemas.resolve(status).default === undefined) return undefined;
  return zeroValue(status, schemas);
}
