import type { ManagedFieldsEntry } from "../../core/object.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import { difference, type FieldSet, isEmptySet, parseFieldSet, sorted, union } from "./field-set.ts";

import type { FieldType } from "./field-types.ts";
import { reconcile } from "./reconcile.ts";

/** One manager's entry, its fields as a set. */
export interface Manager {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  /** RFC 3339; undefined until the manager has changed a value. */
  readonly time: string | undefined;
  readonly subresource: string;
  readonly set: FieldSet;
}

/** The managers of an object by {@link managerId}. */
export type Managers = ReadonlyMap<string, Manager>;

/** At most so many Update entries are kept apart; the oldest are merged beyond that. */
export const MAX_UPDATE_MANAGERS = 10;

const ANCIENT = "ancient-changes";

/** Sets that this module wrote or has checked: stored objects need not be parsed again. */
const trusted = new WeakSet<object>();

/** What makes a manager itself: an applier may change its apiVersion and stays the same. */
export function managerId(manager: Omit<Manager, "time" | "set">): string {
  return JSON.stringify({
    ...(manager.manager === "" ? {} : { manager: manager.manager }),
    operation: manager.operation,
    ...(manager.operation === "Apply" ? {} : { apiVersion: manager.apiVersion }),
    ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
  });
}

/** Reads `metadata.managedFields`; undefined when an entry is malformed. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers = new Map<string, Manager>();
  for (const entry of entries ?? []) {
    const { manager = "", operation, apiVersion = "", time, subresource = "" } = entry;
    const set = readSet(entry.fieldsV1);
    if (operation !== "Apply" && operation !== "Update") return undefined;
    if (apiVersion === "" || entry.fieldsType !== "FieldsV1" || set === undefined) return undefined;
    const decoded: Manager = { manager, operation, apiVersion, time: time ?? undefined, subresource, set };
    managers.set(managerId(decoded), decoded);
  }
  return managers;
}

/** Writes `metadata.managedFields` in the server's order; undefined when nobody owns anything. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  const ordered = [...managers.values()].sort(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      seconds(a.time) - seconds(b.time) ||
      compareText(a.manager, b.manager) ||
      compareText(a.apiVersion, b.apiVersion) ||
      compareText(a.subresource, b.subresource),
  );
  return ordered.map(({ manager, operation, apiVersion, time, subresource, set }) => {
    const fieldsV1 = sorted(set);
    trusted.add(fieldsV1);
    return {
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: "FieldsV1",
      fieldsV1,
      ...(subresource === "" ? {} : { subresource }),
    };
  });
}

/** Fits every manager's set to a custom resource's present schema, which may have changed; built-in ones do not. */
export function reconcileManagers(managers: Managers, definition: ResourceDefinition, type: FieldType): Managers {
  if (definition.custom === undefined) return managers;
  return new Map([...managers].map(([id, manager]) => [id, { ...manager, set: reconcile(manager.set, type) }]));
}

/** Takes these fields from every manager; who is left with nothing is dropped. */
export function takeFields(managers: Managers, fields: FieldSet): Map<string, Manager> {
  const rest = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const set = difference(manager.set, fields);
    if (!isEmptySet(set)) rest.set(id, set === manager.set ? manager : { ...manager, set });
  }
  return rest;
}

/**
 * Merges the oldest Update entries of each apiVersion into one, until no more than {@link MAX_UPDATE_MANAGERS} remain.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/managedfields/internal/capmanagers.go
 */
export function capManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, manager]) => manager.operation === "Update");
  if (updaters.length <= MAX_UPDATE_MANAGERS) return managers;
  updaters.sort(([idA, a], [idB, b]) => seconds(a.time) - seconds(b.time) || compareText(idA, idB));
  const capped = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [id, manager] of updaters) {
    if (count <= MAX_UPDATE_MANAGERS) break;
    const { apiVersion, time, set } = manager;
    const first = firstOfVersion.get(apiVersion);
    if (first === undefined) {
      firstOfVersion.set(apiVersion, id);
      continue;
    }
    const bucket = { manager: ANCIENT, operation: "Update", apiVersion, subresource: "" } as const;
    const bucketId = managerId(bucket);
    const before = capped.get(bucketId) ?? capped.get(first);
    if (!capped.has(bucketId)) capped.delete(first);
    capped.delete(id);
    capped.set(bucketId, { ...bucket, time, set: before === undefined ? set : union(set, before.set) });
    count -= 1;
  }
  return capped;
}

function readSet(fields: Record<string, unknown> | undefined): FieldSet | undefined {
  if (fields === undefined) return {};
  if (trusted.has(fields)) return fields as FieldSet;
  const set = parseFieldSet(fields);
  if (set !== undefined) trusted.add(set);
  return set;
}

function seconds(time: string | undefined): number {
  return time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
