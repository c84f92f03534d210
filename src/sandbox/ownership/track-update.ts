import type { ManagedFieldsEntry } from "../../core/object.ts";
import type { ApiObject } from "../model/object.ts";
import { zeroValue } from "../schema/decode.ts";
import { compare } from "./compare.ts";
import { difference, EMPTY, isEmptySet, recursiveDifference, union } from "./field-set.ts";
import { type FieldType, fieldType } from "./field-types.ts";
import {
  capManagers,
  decodeManagers,
  encodeManagers,
  type Manager,
  type Managers,
  managerId,
  reconcileManagers,
  takeFields,
} from "./managers.ts";
import type { Ownership, TrackUpdate } from "./ownership.ts";
import { resetFields, UNOWNED } from "./reset-fields.ts";
import { trackScale } from "./scale-ownership.ts";
import { TypedValueError } from "./typed-value-error.ts";

/**
 * Field ownership of creates, replaces and the patches other than apply: the manager comes to own what the write added
 * or changed, everybody else loses that and what was removed. Belongs after decoding and versioned defaults, before
 * admission and the fields that the server sets itself: these have no owner.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/fieldmanager.go
 */
export const trackUpdate: TrackUpdate = (live, updated, ownership) => {
  const managers = knownManagers(live, updated, ownership);
  if (managers.size === 0 && live !== undefined) return withManagedFields(updated, undefined);
  try {
    const tracked =
      ownership.subresource === "scale" && live !== undefined
        ? trackScale(managers, live, updated, ownership)
        : capManagers(updateManagers(managers, live, updated, ownership));
    return withManagedFields(updated, encodeManagers(tracked));
  } catch (error) {
    // an object that cannot be walked by its schema keeps the owners that it had
    if (!(error instanceof TypedValueError)) throw error;
    return withManagedFields(updated, live?.metadata.managedFields);
  }
};

/** The managers after a write that took `live` to `updated`. */
export function updateManagers(
  managers: Managers,
  live: ApiObject | undefined,
  updated: ApiObject,
  ownership: Ownership,
): Managers {
  const type = typeOf(ownership);
  const reset = resetFields(ownership.definition, ownership.subresource);
  // a new object is compared with an empty one of its kind: nobody comes to own a zero that was there before
  const before = live ?? zeroValue(ownership.definition) ?? {};
  const { added, modified, removed } = compare(before, updated, type);
  const touched = recursiveDifference(union(modified, added), reset);
  const gone = recursiveDifference(removed, reset);
  const present = reconcileManagers(managers, ownership.definition, type);
  const rest = takeFields(present, union(touched, gone));
  const own = difference(touched, UNOWNED);
  if (isEmptySet(own)) return rest;
  const { manager, apiVersion, subresource, time } = ownership;
  const identity = {
    manager: manager === "" ? "unknown" : manager,
    operation: "Update",
    apiVersion,
    subresource,
  } as const;
  const id = managerId(identity);
  rest.set(id, { ...identity, time, set: union(own, rest.get(id)?.set ?? EMPTY) } satisfies Manager);
  return rest;
}

/** The type that an object's fields are walked by. */
export function typeOf({ definition }: Pick<Ownership, "definition">): FieldType {
  return fieldType(definition.schema, definition.schemas, definition.custom === undefined);
}

/** The object with these managedFields, or without any. */
export function withManagedFields(object: ApiObject, managedFields: ManagedFieldsEntry[] | undefined): ApiObject {
  const { managedFields: _before, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields === undefined ? metadata : { ...metadata, managedFields } };
}

/**
 * The entries to start from: the request's own where it brings some (an empty list resets them), else the live
 * object's. A sub-resource's request cannot bring any.
 */
function knownManagers(live: ApiObject | undefined, updated: ApiObject, ownership: Ownership): Managers {
  const given = ownership.subresource === "" ? (updated.metadata.managedFields ?? undefined) : undefined;
  if (given !== undefined && isReset(given)) return new Map();
  const decoded = decodeManagers(given);
  if (decoded !== undefined && decoded.size > 0) return decoded;
  return decodeManagers(live?.metadata.managedFields) ?? new Map();
}

function isReset(entries: readonly ManagedFieldsEntry[]): boolean {
  return entries.length === 0 || (entries.length === 1 && Object.keys(entries[0] ?? {}).length === 0);
}
