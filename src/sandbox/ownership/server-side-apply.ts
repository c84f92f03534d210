import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import { equalJson } from "../patch/json-value.ts";
import { compare } from "./compare.ts";
import { applyConflict, type Conflicts } from "./conflicts.ts";
import { difference, EMPTY, type FieldSet, intersection, isEmptySet, recursiveDifference, union } from "./field-set.ts";
import type { FieldType } from "./field-types.ts";
import { fieldsOfLastApplied, KUBECTL, syncLastApplied } from "./last-applied.ts";
import {
  decodeManagers,
  encodeManagers,
  type Manager,
  type Managers,
  managerId,
  reconcileManagers,
  takeFields,
} from "./managers.ts";
import { mergeTyped } from "./merge-typed.ts";
import type { Ownership, ServerSideApply } from "./ownership.ts";
import { prune } from "./prune.ts";
import { resetFields, UNOWNED } from "./reset-fields.ts";
import { toFieldSet } from "./to-field-set.ts";
import { typeOf, updateManagers, withManagedFields } from "./track-update.ts";
import { TypedValueError } from "./typed-value-error.ts";
import { validateTyped } from "./validate-typed.ts";

/** Owns what was there before the first apply to an object whose fields nobody tracked. */
const BEFORE_FIRST_APPLY = "before-first-apply";

/**
 * Server-side apply. Belongs before versioned defaults, admission and the fields that the server sets. A configuration
 * that changes no value leaves the object as it is, save that the manager comes to own the fields too.
 * https://github.com/kubernetes-sigs/structured-merge-diff/blob/master/merge/update.go
 */
export const serverSideApply: ServerSideApply = (live, applied, ownership) => {
  const type = typeOf(ownership);
  const config = checkedConfig(applied, ownership, type);
  try {
    return applyConfig(live, config, ownership, type);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    throw typedError("live", live ?? applied, error);
  }
};

function applyConfig(
  live: ApiObject | undefined,
  config: ApiObject,
  ownership: Parameters<ServerSideApply>[2],
  type: FieldType,
): ApiObject {
  const before = reconcileManagers(managersOf(live, ownership), ownership.definition, type);
  const identity = identityOf(ownership);
  const id = managerId(identity);
  const last = before.get(id);
  const reset = resetFields(ownership.definition, ownership.subresource);
  const mentioned = recursiveDifference(toFieldSet(config, type), reset);
  const others = without(before, id);
  const owned = [mentioned, ...[...others.values()].map(({ set }) => set)];
  const base = live === undefined ? {} : withManagedFields(live, undefined);
  const merged = asApiObject(prune(mergeTyped(base, config, type), last?.set ?? EMPTY, owned, type), config);
  const rest = yieldFields(others, base, merged, { live, ownership, type, reset });
  const changed = live === undefined || !equalJson(base, merged);
  const set = difference(mentioned, UNOWNED);
  if (!isEmptySet(set)) rest.set(id, { ...identity, time: changed ? ownership.time : last?.time, set });
  const result = withManagedFields(changed ? merged : live, encodeManagers(rest));
  return ownership.manager === KUBECTL ? syncLastApplied(result, config) : result;
}

function checkedConfig(applied: ApiObject, ownership: Ownership, type: FieldType): ApiObject {
  const { definition, apiVersion } = ownership;
  if (applied.apiVersion !== apiVersion || applied.kind !== definition.kind) {
    throw badRequest(`invalid object type: ${kindText(applied)}`);
  }
  if ((applied.metadata.managedFields ?? undefined) !== undefined) {
    throw badRequest("metadata.managedFields must be nil");
  }
  try {
    validateTyped(applied, type);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    throw typedError("patch", applied, error);
  }
  // generated manifests carry a null here, which sets nothing
  const { creationTimestamp, ...metadata } = applied.metadata;
  return (creationTimestamp ?? undefined) === undefined ? { ...applied, metadata } : applied;
}

function managersOf(live: ApiObject | undefined, ownership: Ownership): Managers {
  if (live === undefined) return new Map();
  const managers = decodeManagers(live.metadata.managedFields);
  if (managers !== undefined && managers.size > 0) return managers;
  return updateManagers(new Map(), undefined, live, { ...ownership, manager: BEFORE_FIRST_APPLY });
}

/** Takes from the others what the apply changes or removes; refuses when they own it and the apply has no right to it. */
function yieldFields(
  others: Managers,
  base: JsonObject,
  merged: ApiObject,
  context: {
    live: ApiObject | undefined;
    ownership: Parameters<ServerSideApply>[2];
    type: FieldType;
    reset: FieldSet;
  },
): Map<string, Manager> {
  const { live, ownership, type, reset } = context;
  const { added, modified, removed } = compare(base, merged, type);
  const touched = recursiveDifference(union(modified, added), reset);
  if (!ownership.force) {
    const conflicts = conflictsWith(others, touched);
    const allowed =
      ownership.manager === KUBECTL && live !== undefined && conflicts.size > 0
        ? fieldsOfLastApplied(live, ownership.apiVersion, type)
        : undefined;
    const refused = allowed === undefined ? conflicts : exempt(conflicts, allowed);
    if (refused.size > 0) throw applyConflict(refused);
  }
  return takeFields(others, union(touched, recursiveDifference(removed, reset)));
}

function conflictsWith(others: Managers, touched: FieldSet): Conflicts {
  const conflicts = new Map<string, { manager: Manager; fields: FieldSet }>();
  for (const [id, manager] of others) {
    const fields = intersection(manager.set, touched);
    if (!isEmptySet(fields)) conflicts.set(id, { manager, fields });
  }
  return conflicts;
}

function exempt(conflicts: Conflicts, allowed: FieldSet): Conflicts {
  const rest = [...conflicts].map(
    ([id, { manager, fields }]) => [id, { manager, fields: difference(fields, allowed) }] as const,
  );
  return new Map(rest.filter(([, { fields }]) => !isEmptySet(fields)));
}

function identityOf({ manager, apiVersion, subresource }: Ownership): Omit<Manager, "time" | "set"> {
  return { manager, operation: "Apply", apiVersion, subresource };
}

function without(managers: Managers, id: string): Managers {
  const rest = new Map(managers);
  rest.delete(id);
  return rest;
}

function asApiObject(merged: JsonObject, config: ApiObject): ApiObject {
  const metadata = isJsonObject(merged.metadata) ? merged.metadata : {};
  return { ...merged, apiVersion: config.apiVersion, kind: config.kind, metadata };
}

function typedError(which: "patch" | "live", object: ApiObject, error: TypedValueError): StatusError {
  const name = `${object.metadata.namespace ?? ""}/${object.metadata.name ?? ""}`;
  const message = `failed to create typed ${which} object (${name}; ${kindText(object)}): ${error.message}`;
  return new StatusError(500, "", message);
}

/** `apps/v1, Kind=Deployment`; the core group stands as nothing before the slash. */
function kindText({ apiVersion, kind }: ApiObject): string {
  return `${apiVersion.includes("/") ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
}
