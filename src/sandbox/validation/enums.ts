/**
 * Enumerations of the built-in schemas, for the fields that no rule of their own covers. Compiled once per component;
 * components without any enumeration cost nothing.
 */
import { isJsonObject } from "../model/object.ts";
import type { Schema, SchemaSource } from "../model/schema.ts";
import type { FieldErrors } from "./field-errors.ts";

/** Reports values below `path` that the schema does not list. */
export type EnumCheck = (errors: FieldErrors, value: unknown, path: string) => void;

const compiled = new WeakMap<Schema, EnumCheck | null>();
/** A CronJob's containers lie a dozen levels deep; what refers to itself ends here. */
const MAX_DEPTH = 32;

/** The check of a schema; undefined when nothing below it is enumerated. */
export function enumCheck(schema: Schema, schemas: SchemaSource, depth = 0): EnumCheck | undefined {
  const resolved = schemas.resolve(schema);
  const known = compiled.get(resolved);
  if (known !== undefined) return known ?? undefined;
  if (depth > MAX_DEPTH) return undefined;
  compiled.set(resolved, null);
  const check = compileEnum(resolved, schemas, depth);
  compiled.set(resolved, check ?? null);
  return check;
}

function compileEnum(schema: Schema, schemas: SchemaSource, depth: number): EnumCheck | undefined {
  if (schema.enum !== undefined) return listed(schema.enum);
  if (schema.items !== undefined) {
    const item = enumCheck(schema.items, schemas, depth + 1);
    if (item === undefined) return undefined;
    return (errors, value, path) => {
      if (Array.isArray(value)) for (const [index, one] of value.entries()) item(errors, one, `${path}[${index}]`);
    };
  }
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const check = name === "metadata" ? undefined : enumCheck(property, schemas, depth + 1);
    return check === undefined ? [] : [[name, check] as const];
  });
  if (fields.length === 0) return undefined;
  return (errors, value, path) => {
    if (!isJsonObject(value)) return;
    for (const [name, check] of fields) {
      const one = value[name];
      if (one !== undefined && one !== null) check(errors, one, path === "" ? name : `${path}.${name}`);
    }
  };
}

function listed(values: readonly unknown[]): EnumCheck {
  const texts = values.filter((value): value is string => typeof value === "string");
  const supported = texts.filter((value) => value !== "");
  const accepted = new Set(texts);
  return (errors, value, path) => {
    if (typeof value !== "string" || accepted.has(value) || errors.has(path)) return;
    errors.notSupported(path, value, supported);
  };
}
