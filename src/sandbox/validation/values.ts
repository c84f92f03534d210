/** Checks of single values that many kinds share. */
import type { JsonObject } from "../model/object.ts";
import { semanticEqual, stringAt } from "../schema/fields.ts";
import { formatQuantity, quantityOf } from "../schema/quantity.ts";
import type { FieldErrors } from "./field-errors.ts";
import { percent, portName, portNumber } from "./names.ts";

export const NOT_NEGATIVE = "must be greater than or equal to 0";
export const IMMUTABLE = "field is immutable";

/** Numbers that must not be below 0; absent ones pass. */
export function validateNotNegative(
  errors: FieldErrors,
  parent: JsonObject,
  fields: readonly string[],
  path: string,
): void {
  for (const field of fields) {
    const value = parent[field];
    if (typeof value === "number" && value < 0) errors.invalid(`${path}.${field}`, value, NOT_NEGATIVE);
  }
}

export function validateImmutable(errors: FieldErrors, value: unknown, old: unknown, path: string): void {
  if (!semanticEqual(value, old)) errors.invalid(path, value, IMMUTABLE);
}

/** A count or a percentage, neither negative. */
export function validateIntOrPercent(errors: FieldErrors, value: unknown, path: string): void {
  if (typeof value === "string") errors.invalidEach(path, value, percent(value));
  else if (typeof value === "number" && value < 0) errors.invalid(path, value, NOT_NEGATIVE);
}

export function validateNotMoreThanAll(errors: FieldErrors, value: unknown, path: string): void {
  if (typeof value === "string" && percent(value).length === 0 && Number.parseInt(value, 10) > 100) {
    errors.invalid(path, value, "must not be greater than 100%");
  }
}

/** A port by number or by name. */
export function validatePort(errors: FieldErrors, value: unknown, path: string): void {
  if (typeof value === "string") errors.invalidEach(path, value, portName(value));
  else errors.invalidEach(path, value ?? 0, portNumber(typeof value === "number" ? value : 0));
}

/** A quantity that must not be below 0; `value` is one that decoding has accepted. */
export function validateQuantity(errors: FieldErrors, value: unknown, path: string): void {
  const quantity = quantityOf(value);
  if (quantity !== undefined && quantity.nano < 0n) errors.invalid(path, formatQuantity(quantity), NOT_NEGATIVE);
}

/** Whether a quantity has no fraction. */
export function isWhole(value: unknown): boolean {
  return (quantityOf(value)?.nano ?? 0n) % 1_000_000_000n === 0n;
}

/** A field that must hold one of a few texts. */
export function validateChoice(
  errors: FieldErrors,
  parent: JsonObject,
  field: string,
  supported: readonly string[],
  path: string,
): void {
  const value = stringAt(parent, field);
  const at = path === "" ? field : `${path}.${field}`;
  if (value === "") errors.required(at);
  else if (!supported.includes(value)) errors.notSupported(at, value, supported);
}
