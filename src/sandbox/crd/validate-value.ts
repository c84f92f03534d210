import type { FieldError } from "../model/field-error.ts";
import { isJsonObject, type JsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";
import { equalJson } from "../patch/json-value.ts";
import { invalidValue, notSupported, required, tooLong, tooMany } from "./field-errors.ts";
import { hasFormat } from "./formats.ts";
import { elementsByKey, oldItem } from "./list-correlation.ts";
import { regularExpression } from "./regular-expression.ts";

/** A value, what it was before the update (undefined: new), and where it stands. */
interface Visit {
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
}

/**
 * Checks a value by its OpenAPI schema, worded as the server's validator. What an update leaves as it was is not
 * checked again.
 * https://github.com/kubernetes/kube-openapi/tree/master/pkg/validation/validate
 */
export function validateValue(value: unknown, schema: Schema, path: string, old?: unknown): FieldError[] {
  return check({ value, old, path }, schema);
}

function check(visit: Visit, schema: Schema): FieldError[] {
  const { value, old } = visit;
  if (old !== undefined && equalJson(value, old)) return [];
  if (value === null) return [...checkType(visit, schema), ...checkEnum(visit, schema)];
  return [
    ...checkType(visit, schema),
    ...checkJunctors(visit, schema),
    ...(typeof value === "string" ? checkText(value, schema, visit.path) : []),
    ...(typeof value === "number" ? checkNumber(value, schema, visit.path) : []),
    ...(Array.isArray(value) ? checkList(value, visit, schema) : []),
    ...checkEnum(visit, schema),
    ...(isJsonObject(value) ? checkObject(value, visit, schema) : []),
  ];
}

/** Faults of a whole (anyOf, oneOf …) stand at no field. */
function failure(path: string, what: string): FieldError {
  return invalidValue("<nil>", "", `"${path}" ${what}`);
}

function fault(path: string, value: unknown, what: string): FieldError {
  return invalidValue(path === "" ? "<nil>" : path, value, `${path} in body ${what}`);
}

function checkType({ value, path }: Visit, schema: Schema): FieldError[] {
  const types =
    schema["x-kubernetes-int-or-string"] === true ? ["integer", "string"] : schema.type ? [schema.type] : [];
  const actual = typeOf(value);
  if (types.length === 0 || types.includes(actual) || (actual === "integer" && types.includes("number"))) return [];
  if (value === null && schema.nullable === true) return [];
  return [wrongType(path, types.join(","), actual)];
}

function wrongType(path: string, expected: string, actual: string): FieldError {
  const detail = `${path} in body must be of type ${expected}: ${JSON.stringify(actual)}`;
  return { type: "FieldValueTypeInvalid", field: path === "" ? "<nil>" : path, badValue: actual, detail };
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function checkJunctors(visit: Visit, schema: Schema): FieldError[] {
  const { path } = visit;
  const errors: FieldError[] = [];
  const fresh = { ...visit, old: undefined };
  const anyOf = schema.anyOf?.map((one) => check(fresh, one));
  if (anyOf?.every((found) => found.length > 0)) {
    errors.push(failure(path, "must validate at least one schema (anyOf)"), ...fewest(anyOf));
  }
  const oneOf = schema.oneOf?.map((one) => check(fresh, one));
  if (oneOf !== undefined) {
    const valid = oneOf.filter((found) => found.length === 0).length;
    const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
    if (valid !== 1) errors.push(failure(path, `must validate one and only one schema (oneOf). ${found}`));
    if (valid === 0) errors.push(...fewest(oneOf));
  }
  const allOf = schema.allOf?.map((one) => check(fresh, one)) ?? [];
  const failed = allOf.filter((found) => found.length > 0);
  if (failed.length > 0) {
    const none = failed.length === allOf.length ? ". None validated" : "";
    errors.push(...failed.flat(), failure(path, `must validate all the schemas (allOf)${none}`));
  }
  if (schema.not !== undefined && check(fresh, schema.not).length === 0) {
    errors.push(failure(path, "must not validate the schema (not)"));
  }
  return errors;
}

/** The faults of the alternative that came nearest. */
function fewest(alternatives: readonly FieldError[][]): FieldError[] {
  return alternatives.reduce<FieldError[]>(
    (best, one) => (best.length === 0 || one.length < best.length ? one : best),
    [],
  );
}

function checkText(value: string, schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const length = [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength) return [tooLong(path, schema.maxLength)];
  if (schema.minLength !== undefined && length < schema.minLength) {
    return [fault(path, value, `should be at least ${schema.minLength} chars long`)];
  }
  if (schema.pattern !== undefined && regularExpression(schema.pattern)?.test(value) === false) {
    errors.push(fault(path, value, `should match '${schema.pattern}'`));
  }
  if (schema.format !== undefined && !hasFormat(value, schema.format)) {
    errors.push({ ...wrongType(path, schema.format, value), badValue: value });
  }
  return errors;
}

function checkNumber(value: number, schema: Schema, path: string): FieldError[] {
  const { multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum } = schema;
  const errors: FieldError[] = [];
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) {
    errors.push(fault(path, value, `should be a multiple of ${multipleOf}`));
  }
  if (maximum !== undefined && (exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    errors.push(fault(path, value, `should be less than ${exclusiveMaximum === true ? "" : "or equal to "}${maximum}`));
  }
  if (minimum !== undefined && (exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    const bound = exclusiveMinimum === true ? "greater than" : "greater than or equal to";
    errors.push(fault(path, value, `should be ${bound} ${minimum}`));
  }
  return errors;
}

function checkList(value: readonly unknown[], { old, path }: Visit, schema: Schema): FieldError[] {
  const { items, minItems, maxItems } = schema;
  const errors: FieldError[] = [];
  if (items !== undefined) {
    const olds = elementsByKey(schema, old);
    for (const [index, item] of value.entries()) {
      errors.push(...check({ value: item, old: oldItem(schema, olds, item), path: `${path}[${index}]` }, items));
    }
  }
  if (minItems !== undefined && value.length < minItems) {
    errors.push(fault(path, value.length, `should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && value.length > maxItems) errors.push(tooMany(path, value.length, maxItems));
  return errors;
}

function checkEnum({ value, path }: Visit, schema: Schema): FieldError[] {
  const { enum: allowed } = schema;
  if (allowed === undefined || allowed.some((one) => equalJson(one, value))) return [];
  if (value === null && schema.nullable === true) return [];
  return [notSupported(path, value, allowed)];
}

function checkObject(value: JsonObject, { old, path }: Visit, schema: Schema): FieldError[] {
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  const count = Object.keys(value).length;
  if (minProperties !== undefined && count < minProperties) {
    return [fault(path, count, `should have at least ${minProperties} properties`)];
  }
  if (maxProperties !== undefined && count > maxProperties) return [tooMany(path, count, maxProperties)];
  const errors: FieldError[] = [];
  const below = (key: string): Visit => ({
    value: value[key],
    old: isJsonObject(old) && Object.hasOwn(old, key) ? old[key] : undefined,
    path: path === "" ? key : `${path}.${key}`,
  });
  for (const key of Object.keys(value)) {
    if (Object.hasOwn(properties, key)) continue;
    if (additionalProperties === false) errors.push(fault(path, key, `${key} is a forbidden property`));
    else if (typeof additionalProperties === "object") errors.push(...check(below(key), additionalProperties));
  }
  for (const [key, property] of Object.entries(properties)) {
    if (Object.hasOwn(value, key)) errors.push(...check(below(key), property));
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) errors.push(required(path === "" ? key : `${path}.${key}`));
  }
  return errors;
}
