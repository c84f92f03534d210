import type { Schema, SchemaSource } from "../model/schema.ts";
import { patchFailed } from "./patch-errors.ts";

/** An object type on the way down: its schema, and the name that messages give it. */
export interface StructMeta {
  readonly name: string;
  readonly schema: Schema | undefined;
  readonly schemas: SchemaSource;
}

/** How a field is merged. */
export interface FieldMeta {
  /** `merge`, `replace`, or empty for the default: objects merge, lists are replaced. */
  readonly strategy: string;
  /** The field that identifies a list's item; empty for lists of scalars. */
  readonly mergeKey: string;
  /** The field's own type; for a list, its items'. */
  readonly item: StructMeta;
}

export function rootMeta(schema: Schema | undefined, schemas: SchemaSource): StructMeta {
  return { name: "", schema: schema && schemas.resolve(schema), schemas };
}

/** Looks a field up; a field that a declared type does not have is an error, inside a free-form map it has no strategy. */
export function fieldMeta(parent: StructMeta, key: string): FieldMeta {
  const { schema, schemas } = parent;
  const declared =
    schema?.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
  if (declared === undefined) {
    if (schema?.properties !== undefined) {
      throw patchFailed(`unable to find api field in struct ${parent.name} for the json field ${JSON.stringify(key)}`);
    }
    return { strategy: "", mergeKey: "", item: { name: key, schema: undefined, schemas } };
  }
  const strategies = declared["x-kubernetes-patch-strategy"]?.split(",") ?? [];
  const resolved = schemas.resolve(declared);
  const target = resolved.items ?? declared;
  return {
    strategy: strategies.find((one) => one !== "retainKeys") ?? "",
    mergeKey: declared["x-kubernetes-patch-merge-key"] ?? "",
    item: { name: typeName(target), schema: schemas.resolve(target), schemas },
  };
}

function typeName(schema: Schema): string {
  const reference = schema.$ref ?? schema.allOf?.[0]?.$ref ?? "";
  return reference.slice(reference.lastIndexOf(".") + 1);
}
