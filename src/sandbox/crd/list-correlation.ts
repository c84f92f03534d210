import { isJsonObject } from "../model/object.ts";
import type { Schema } from "../model/schema.ts";

/** The items that a list had before an update, by the keys that identify them. Only lists of type map correlate. */
export type OldItems = ReadonlyMap<string, unknown>;

const NONE: OldItems = new Map();

export function elementsByKey(schema: Schema, old: unknown): OldItems {
  if (schema["x-kubernetes-list-type"] !== "map" || !Array.isArray(old)) return NONE;
  return new Map(old.map((item: unknown) => [keyOf(schema, item), item]));
}

/** What an item was before; undefined for a new one. */
export function oldItem(schema: Schema, olds: OldItems, item: unknown): unknown {
  return olds.size === 0 ? undefined : olds.get(keyOf(schema, item));
}

function keyOf(schema: Schema, item: unknown): string {
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  return JSON.stringify(keys.map((key) => (isJsonObject(item) ? (item[key] ?? null) : null)));
}
