import { isJsonObject } from "../model/object.ts";

/** A JSON value as Go's `%v` prints it: what error messages of the server quote. */
export function goFormat(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goFormat).join(" ")}]`;
  if (isJsonObject(value)) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, one]) => `${key}:${goFormat(one)}`).join(" ")}]`;
  }
  return String(value);
}

/** The name of a JSON value's type in the messages of Go's JSON decoder. */
export function goJsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (isJsonObject(value)) return "object";
  if (value === null || value === undefined) return "null";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** The Go type that the server decodes a JSON value into when it has no schema for it. */
export function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (isJsonObject(value)) return "map[string]interface {}";
  if (value === null || value === undefined) return "%!s(<nil>)";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}
