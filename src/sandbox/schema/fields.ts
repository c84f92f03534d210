/** Reading and filling plain JSON objects whose fields have no generated type. */
import { isJsonObject, type JsonObject } from "../model/object.ts";

/** The object in a field; undefined when there is none. */
export function objectAt(parent: JsonObject | undefined, field: string): JsonObject | undefined {
  const value = parent?.[field];
  return isJsonObject(value) ? value : undefined;
}

/** The objects of a list; empty when there is none. */
export function objectsAt(parent: JsonObject | undefined, field: string): JsonObject[] {
  const value = parent?.[field];
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** The texts of a list; empty when there is none. */
export function stringsAt(parent: JsonObject | undefined, field: string): string[] {
  const value = parent?.[field];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** The text in a field; empty when there is none, as Go's zero value. */
export function stringAt(parent: JsonObject | undefined, field: string): string {
  const value = parent?.[field];
  return typeof value === "string" ? value : "";
}

/** The number in a field; undefined when there is none. */
export function numberAt(parent: JsonObject | undefined, field: string): number | undefined {
  const value = parent?.[field];
  return typeof value === "number" ? value : undefined;
}

/** The string map in a field; undefined when there is none. */
export function stringMapAt(parent: JsonObject | undefined, field: string): Record<string, string> | undefined {
  return objectAt(parent, field) as Record<string, string> | undefined;
}

/** Sets a field that has no value yet. An empty text counts as none, as in Go. */
export function fallback(parent: JsonObject, field: string, value: unknown): void {
  const present = parent[field];
  if (present === undefined || present === null || present === "") parent[field] = value;
}

/** The object in a field, made when there is none. */
export function ensureObject(parent: JsonObject, field: string): JsonObject {
  const present = parent[field];
  if (isJsonObject(present)) return present;
  const made: JsonObject = {};
  parent[field] = made;
  return made;
}

/** Whether two JSON values say the same: absent, null and empty collections are alike, as Go's semantic equality has it. */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (isBlank(a) && isBlank(b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((one, index) => semanticEqual(one, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  for (const key of Object.keys(a)) if (!semanticEqual(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (!Object.hasOwn(a, key) && !isBlank(b[key])) return false;
  return true;
}

function isBlank(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}
