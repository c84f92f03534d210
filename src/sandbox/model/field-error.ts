import type { StatusCause } from "../../errors.ts";

/**
 * One thing wrong with one field, worded as apimachinery's `util/validation/field`:
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/validation/field/errors.go
 */
export interface FieldError {
  readonly type:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueNotSupported"
    | "FieldValueForbidden"
    | "FieldValueTooLong"
    | "FieldValueTooMany"
    | "FieldValueDuplicate"
    | "FieldValueNotFound"
    | "FieldValueTypeInvalid"
    | "InternalError";
  /** Dotted path: `spec.template.spec.containers[0].name`; `<nil>` for the object as a whole. */
  readonly field: string;
  readonly detail: string;
  /** The offending value; shown by the types that show it, unless it is {@link OMITTED}. */
  readonly badValue?: unknown;
}

/** A `badValue` that is not shown: of objects and lists that break a rule as a whole. */
export const OMITTED: unique symbol = Symbol("omitted value");

const LABELS: Readonly<Record<FieldError["type"], string>> = {
  FieldValueRequired: "Required value",
  FieldValueInvalid: "Invalid value",
  FieldValueNotSupported: "Unsupported value",
  FieldValueForbidden: "Forbidden",
  FieldValueTooLong: "Too long",
  FieldValueTooMany: "Too many",
  FieldValueDuplicate: "Duplicate value",
  FieldValueNotFound: "Not found",
  FieldValueTypeInvalid: "Invalid value",
  InternalError: "Internal error",
};

const WITHOUT_VALUE = new Set<FieldError["type"]>([
  "FieldValueRequired",
  "FieldValueForbidden",
  "FieldValueTooLong",
  "InternalError",
]);

/** `Required value: name is required`: the message without its field, as a Status cause carries it. */
export function fieldErrorBody(error: FieldError): string {
  const label = LABELS[error.type];
  const hidden = WITHOUT_VALUE.has(error.type) || error.badValue === OMITTED;
  const value = hidden ? "" : `: ${formatBadValue(error.badValue)}`;
  return error.detail === "" ? `${label}${value}` : `${label}${value}: ${error.detail}`;
}

/** `spec.name: Required value: name is required`. */
export function fieldErrorMessage(error: FieldError): string {
  return `${error.field}: ${fieldErrorBody(error)}`;
}

/** The entry of `details.causes`. */
export function fieldErrorCause(error: FieldError): StatusCause {
  return { reason: error.type, message: fieldErrorBody(error), field: error.field };
}

function formatBadValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
