import type { FieldError } from "../model/field-error.ts";
import { isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { childPath, duplicate, invalidValue } from "./field-errors.ts";

/**
 * Checks that lists of type set have no equal items, and those of type map no two with equal keys.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/listtype/validation.go
 */
export function validateLists(value: unknown, schema: Schema | undefined, path = ""): FieldError[] {
  if (schema === undefined) return [];
  if (Array.isArray(value)) {
    const items = value.flatMap((item, index) => validateLists(item, schema.items, `${path}[${index}]`));
    return [...uniqueItems(value, schema, path), ...items];
  }
  if (!isJsonObject(value)) return [];
  const { additionalProperties, properties = {} } = schema;
  return Object.keys(value).flatMap((key) => {
    if (Object.hasOwn(properties, key)) return validateLists(value[key], properties[key], childPath(path, key));
    if (typeof additionalProperties !== "object") return [];
    return validateLists(value[key], additionalProperties, `${path}[${key}]`);
  });
}

function uniqueItems(list: readonly unknown[], schema: Schema, path: string): FieldError[] {
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return repeated(list).map((index) => duplicate(`${path}[${index}]`, list[index]));
    case "map": {
      const wrong = list.findIndex((item) => item !== null && !isJsonObject(item));
      if (wrong >= 0) {
        return [invalidValue(`${path}[${wrong}]`, list[wrong], "must be an object for an array of list-type map")];
      }
      const keys = list.map((item) => keysOf(item, schema["x-kubernetes-list-map-keys"] ?? []));
      return repeated(keys).map((index) => duplicate(`${path}[${index}]`, keys[index]));
    }
    default:
      return [];
  }
}

function keysOf(item: unknown, names: readonly string[]): JsonObject {
  if (!isJsonObject(item)) return {};
  return Object.fromEntries(names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]));
}

/** The index of each value's second occurrence. */
function repeated(values: readonly unknown[]): number[] {
  const seen = new Map<string, number>();
  const second: number[] = [];
  for (const [index, value] of values.entries()) {
    const text = JSON.stringify(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    if (times === 2) second.push(index);
  }
  return second;
}
