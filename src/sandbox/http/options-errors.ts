import type { FieldError } from "../model/field-error.ts";
import { badRequest, invalid, type StatusError } from "../model/status-error.ts";

/** The 422 for query parameters: `ListOptions.meta.k8s.io "" is invalid: …`. */
export function invalidOptions(kind: string, errors: readonly FieldError[]): StatusError {
  return invalid({ group: "meta.k8s.io", kind }, "", errors);
}

export function forbiddenField(field: string, detail: string): FieldError {
  return { type: "FieldValueForbidden", field, detail };
}

export function unsupportedValue(field: string, badValue: unknown, supported: readonly string[]): FieldError {
  const values = supported.map((value) => JSON.stringify(value)).join(", ");
  return { type: "FieldValueNotSupported", field, badValue, detail: `supported values: ${values}` };
}

/** A whole number of the query; undefined when absent or empty. Throws the 400. */
export function integerParameter(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (/^[+-]?[0-9]+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}
