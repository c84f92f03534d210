import { isJsonObject, type JsonObject } from "../model/object.ts";
import { difference, EMPTY, type FieldSet, intersection, isEmptySet, union } from "./field-set.ts";
import type { FieldType } from "./field-types.ts";
import { removeItems, withNamedFields } from "./remove-items.ts";
import { toFieldSet } from "./to-field-set.ts";

/**
 * Removes from a merged object what its applier listed last time (`last`) and no longer lists, unless a manager still
 * owns it (`owned`: the applier's new set and everybody else's).
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
export function prune(merged: JsonObject, last: FieldSet, owned: readonly FieldSet[], type: FieldType): JsonObject {
  if (isEmptySet(last)) return merged;
  const lastFields = withNamedFields(last, type);
  const mergedFields = withNamedFields(toFieldSet(merged, type), type);
  const managed = withNamedFields(owned.reduce(union, EMPTY), type);
  const bare = asObject(removeItems(merged, lastFields, type));
  // what the removal of a parent took along comes back where it is owned
  const bareFields = withNamedFields(toFieldSet(bare, type), type);
  const kept = asObject(removeItems(merged, difference(mergedFields, union(bareFields, managed)), type));
  // and so does what nobody owned but the applier never listed
  const keptFields = withNamedFields(toFieldSet(kept, type), type);
  const dropped = intersection(difference(mergedFields, keptFields), lastFields);
  return asObject(withoutEmptied(asObject(removeItems(merged, dropped, type)), merged));
}

/** Containers that lost their last entry are left out, as the server's objects do when they are written. */
function withoutEmptied(pruned: unknown, merged: unknown): unknown {
  if (Array.isArray(pruned)) {
    return pruned.filter((item) => item !== null);
  }
  if (!isJsonObject(pruned) || !isJsonObject(merged)) return pruned;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(pruned)) {
    if (value === merged[key]) result[key] = value;
    else if (value !== null) result[key] = withoutEmptied(value, merged[key]);
  }
  return result;
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
