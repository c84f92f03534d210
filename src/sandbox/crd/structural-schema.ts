import type { FieldError } from "../model/field-error.ts";
import { fieldErrorMessage } from "../model/field-error.ts";
import type { Schema } from "../model/schema.ts";
import { equalJson } from "../patch/json-value.ts";
import { forbiddenValue, invalidValue, required } from "./field-errors.ts";
import { regularExpression } from "./regular-expression.ts";

type Level = "root" | "item" | "field";

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

const INT_OR_STRING = [{ type: "integer" }, { type: "string" }];

/** What a schema inside allOf, anyOf, oneOf or not must leave out, and how the server says so. */
const NESTED_FORBIDDEN: readonly (readonly [keyof Schema, string])[] = [
  ["type", "must be empty to be structural"],
  ["additionalProperties", "must be undefined to be structural"],
  ["default", "must be undefined to be structural"],
  ["title", "must be empty to be structural"],
  ["description", "must be empty to be structural"],
  ["nullable", "must be false to be structural"],
  ["x-kubernetes-preserve-unknown-fields", "must be false to be structural"],
  ["x-kubernetes-embedded-resource", "must be false to be structural"],
  ["x-kubernetes-int-or-string", "must be false to be structural"],
  ["x-kubernetes-list-map-keys", "must be empty to be structural"],
  ["x-kubernetes-list-type", "must be undefined to be structural"],
  ["x-kubernetes-map-type", "must be undefined to be structural"],
  ["x-kubernetes-validations", "must be empty to be structural"],
];

/**
 * Checks that a schema is structural: a type for everything, and what junctors say is about fields that the schema
 * itself declares.
 * https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/apiserver/schema/validation.go
 */
export function validateStructural(schema: Schema, path: string): FieldError[] {
  const errors = [...checkNode(schema, "root", path), ...checkComplete(schema, path)];
  const text = new Map(errors.map((error) => [error, fieldErrorMessage(error)]));
  return errors.sort((a, b) => ((text.get(a) ?? "") < (text.get(b) ?? "") ? -1 : 1));
}

function checkNode(schema: Schema, level: Level, path: string): FieldError[] {
  const { type, items, properties = {}, additionalProperties } = schema;
  const errors: FieldError[] = [];
  if (type === "array" && items === undefined) errors.push(required(`${path}.items`, "must be specified"));
  if (items !== undefined) errors.push(...checkNode(items, "item", `${path}.items`));
  for (const [key, property] of Object.entries(properties)) {
    if (level === "root" && key === "metadata")
      errors.push(...checkRootMetadata(property, `${path}.properties[metadata]`));
    else errors.push(...checkNode(property, "field", `${path}.properties[${key}]`));
  }
  if (additionalProperties !== undefined && level === "root") {
    errors.push(forbiddenValue(`${path}.additionalProperties`, "must not be used at the root"));
  }
  if (typeof additionalProperties === "object") {
    errors.push(...checkNode(additionalProperties, "field", `${path}.additionalProperties`));
  }
  return [
    ...errors,
    ...checkExtensions(schema, path),
    ...checkJunctors(schema, path, true),
    ...checkType(schema, level, path),
  ];
}

function checkType(schema: Schema, level: Level, path: string): FieldError[] {
  const { type = "", properties = {}, additionalProperties } = schema;
  const embedded = schema["x-kubernetes-embedded-resource"] === true;
  const preserve = schema["x-kubernetes-preserve-unknown-fields"] === true;
  const errors: FieldError[] = [];
  if (embedded && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true";
    errors.push(type === "" ? required(`${path}.type`, detail) : invalidValue(`${path}.type`, type, detail));
  } else if (type === "" && schema["x-kubernetes-int-or-string"] !== true && !preserve) {
    errors.push(required(`${path}.type`, EMPTY_TYPE[level]));
  }
  if (embedded && additionalProperties !== undefined) {
    errors.push(
      forbiddenValue(`${path}.additionalProperties`, "must not be used if x-kubernetes-embedded-resource is set"),
    );
  }
  if (level === "root" && type !== "" && type !== "object") {
    errors.push(invalidValue(`${path}.type`, type, "must be object at the root"));
  }
  for (const key of level === "root" || embedded ? ["kind", "apiVersion"] : []) {
    const found = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (found !== undefined && found.type !== "string") {
      errors.push(invalidValue(`${path}.properties[${key}].type`, found.type ?? "", "must be string"));
    }
  }
  if (embedded && !preserve && Object.keys(properties).length === 0) {
    const detail =
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    errors.push(required(`${path}.properties`, detail));
  }
  return errors;
}

/** The root's metadata can only restrict the names. */
function checkRootMetadata(schema: Schema, path: string): FieldError[] {
  const { type, properties = {}, default: _default, ...rest } = schema;
  const errors = type === "object" ? [] : [invalidValue(`${path}.type`, type ?? "", "must be object")];
  const names = Object.keys(properties).every((key) => key === "name" || key === "generateName");
  if (!names || Object.keys(rest).some((key) => key !== "description")) {
    errors.push(
      forbiddenValue(
        path,
        "must not specify anything other than name and generateName, but metadata is implicitly specified",
      ),
    );
  }
  return errors;
}

function checkExtensions(schema: Schema, path: string): FieldError[] {
  if (schema["x-kubernetes-int-or-string"] !== true) return [];
  return (["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] as const)
    .filter((name) => schema[name] === true)
    .map((name) => invalidValue(`${path}.${name}`, true, "must be false if x-kubernetes-int-or-string is true"));
}

/** `exempt`: the two forms in which an int-or-string may name its types. */
function checkJunctors(schema: Schema, path: string, exempt: boolean): FieldError[] {
  const errors: FieldError[] = [];
  const skipAny = exempt && equalJson(schema.anyOf, INT_OR_STRING);
  const skipFirstAll = exempt && equalJson(schema.allOf?.[0]?.anyOf, INT_OR_STRING);
  if (!skipAny)
    for (const [i, one] of (schema.anyOf ?? []).entries()) errors.push(...checkNested(one, `${path}.anyOf[${i}]`));
  for (const [i, one] of (schema.allOf ?? []).entries()) {
    const { anyOf: _types, ...rest } = one;
    errors.push(...checkNested(skipFirstAll && i === 0 ? rest : one, `${path}.allOf[${i}]`));
  }
  for (const [i, one] of (schema.oneOf ?? []).entries()) errors.push(...checkNested(one, `${path}.oneOf[${i}]`));
  if (schema.not !== undefined) errors.push(...checkNested(schema.not, `${path}.not`));
  if (schema.pattern !== undefined && regularExpression(schema.pattern) === undefined) {
    const detail = "must be a valid regular expression, but isn't: error parsing regexp: invalid syntax";
    errors.push(invalidValue(`${path}.pattern`, schema.pattern, detail));
  }
  return errors;
}

function checkNested(schema: Schema, path: string): FieldError[] {
  const errors = checkJunctors(schema, path, false);
  if (schema.items !== undefined) errors.push(...checkNested(schema.items, `${path}.items`));
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkNested(property, `${path}.properties[${key}]`));
  }
  for (const [name, detail] of NESTED_FORBIDDEN) {
    const value = schema[name];
    if (value !== undefined && value !== false && value !== "") errors.push(forbiddenValue(`${path}.${name}`, detail));
  }
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, "metadata")) {
    errors.push(forbiddenValue(`${path}.properties[metadata]`, "must not be specified in a nested context"));
  }
  return errors;
}

/** What a junctor speaks of must be declared outside of it. */
function checkComplete(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [place, nested] of junctorsOf(schema, path)) errors.push(...declared(nested, place, schema, path));
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    errors.push(...checkComplete(property, `${path}.properties[${key}]`));
  }
  if (schema.items !== undefined) errors.push(...checkComplete(schema.items, `${path}.items`));
  if (typeof schema.additionalProperties === "object") {
    errors.push(...checkComplete(schema.additionalProperties, `${path}.additionalProperties`));
  }
  return errors;
}

function declared(nested: Schema, nestedPath: string, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [key, property] of Object.entries(nested.properties ?? {})) {
    const below = `${nestedPath}.properties[${key}]`;
    const own =
      schema.properties !== undefined && Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (own === undefined) errors.push(required(`${path}.properties[${key}]`, `because it is defined in ${below}`));
    else errors.push(...declared(property, below, own, `${path}.properties[${key}]`));
  }
  if (nested.items !== undefined) {
    const below = `${nestedPath}.items`;
    if (schema.items === undefined) errors.push(required(`${path}.items`, `because it is defined in ${below}`));
    else errors.push(...declared(nested.items, below, schema.items, `${path}.items`));
  }
  for (const [place, one] of junctorsOf(nested, nestedPath)) errors.push(...declared(one, place, schema, path));
  return errors;
}

function junctorsOf(schema: Schema, path: string): [path: string, schema: Schema][] {
  const lists = (["allOf", "anyOf", "oneOf"] as const).flatMap((name) =>
    (schema[name] ?? []).map((one, index): [string, Schema] => [`${path}.${name}[${index}]`, one]),
  );
  return schema.not === undefined ? lists : [...lists, [`${path}.not`, schema.not]];
}
