import type { FieldError } from "../model/field-error.ts";
import type { Schema } from "../model/schema.ts";
import { cloneJson, equalJson } from "../patch/json-value.ts";
import { validateRules } from "./cel/validate-rules.ts";
import { forbiddenValue, invalidValue, under } from "./field-errors.ts";
import { pruneValue } from "./prune-custom.ts";
import { validateValue } from "./validate-value.ts";

/**
 * Checks that every default of a schema is a good value itself.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/defaulting/validation.go
 */
export function validateDefaults(schema: Schema, path: string): FieldError[] {
  const { items, properties = {} } = schema;
  return [
    ...(schema.default === undefined ? [] : checkDefault(schema.default, schema, `${path}.default`)),
    ...(items === undefined ? [] : validateDefaults(items, `${path}.items`)),
    ...Object.entries(properties).flatMap(([key, property]) =>
      validateDefaults(property, `${path}.properties[${key}]`),
    ),
  ];
}

/** What the server fills in itself can have no default. */
export function validateRootDefaults(schema: Schema, path: string): FieldError[] {
  return ["metadata", "apiVersion", "kind"]
    .filter((field) => schema.properties?.[field]?.default !== undefined)
    .map((field) => forbiddenValue(`${path}.properties[${field}].default`, `must not be set in top-level ${field}`));
}

function checkDefault(value: unknown, schema: Schema, place: string): FieldError[] {
  const pruned: unknown = cloneJson(value);
  pruneValue(pruned, schema);
  const errors = [
    ...(equalJson(pruned, value) ? [] : [invalidValue(place, value, "must not have unknown fields")]),
    ...validateValue(value, schema, "").map((error) => under(place, error)),
  ];
  return errors.length > 0 ? errors : validateRules(value, undefined, schema).map((error) => under(place, error));
}
