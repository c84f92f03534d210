import type { ObjectMeta } from "../../core/object.ts";

/** An object as the server keeps it: plain JSON data, every kind alike. Stored objects are never mutated in place. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  [field: string]: unknown;
}

/** Any JSON object. */
export type JsonObject = { [field: string]: unknown };

/** Narrows to a JSON object (not null, not an array). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
