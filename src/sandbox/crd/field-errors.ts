import type { FieldError } from "../model/field-error.ts";

export function required(field: string, detail = ""): FieldError {
  return { type: "FieldValueRequired", field, detail };
}

export function invalidValue(field: string, badValue: unknown, detail: string): FieldError {
  return { type: "FieldValueInvalid", field, badValue, detail };
}

export function forbiddenValue(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, detail };
}

export function duplicate(field: string, badValue: unknown): FieldError {
  return { type: "FieldValueDuplicate", field, badValue, detail: "" };
}

export function notSupported(field: string, badValue: unknown, supported: readonly unknown[]): FieldError {
  const values = supported.map((one) => JSON.stringify(typeof one === "string" ? one : JSON.stringify(one)));
  return { type: "FieldValueNotSupported", field, badValue, detail: `supported values: ${values.join(", ")}` };
}

export function tooLong(field: string, max: number): FieldError {
  return { type: "FieldValueTooLong", field, detail: `may not be more than ${max} bytes` };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  const items = max === 1 ? "item" : "items";
  return { type: "FieldValueTooMany", field, badValue: actual, detail: `must have at most ${max} ${items}` };
}

/** `parent.child`, `child` at the root. */
export function childPath(parent: string, child: string): string {
  return parent === "" ? child : `${parent}.${child}`;
}

/** An error found inside a part of the object, at its place in the whole. */
export function under(parent: string, error: FieldError): FieldError {
  return { ...error, field: error.field === "<nil>" ? parent : childPath(parent, error.field) };
}
