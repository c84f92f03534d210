import { formatTime } from "../model/clock.ts";
import type { ApiObject } from "../model/object.ts";
import { type NamesOutcome, writeNames } from "./accepted-names.ts";
import { type CrdCondition, crdConditions, crdSpec, listOf, objectOf } from "./crd-spec.ts";

/** The definition with the outcome of its names. */
export function withNames(crd: ApiObject, outcome: NamesOutcome, now: number): ApiObject {
  const named = { ...crd, status: { ...objectOf(crd.status), acceptedNames: writeNames(outcome.acceptedNames) } };
  return withCondition(withCondition(named, outcome.namesAccepted, now), outcome.established, now);
}

/** The definition as established, once its resource is served. */
export function asEstablished(crd: ApiObject, now: number): ApiObject {
  const message = "the initial names have been accepted";
  return withCondition(crd, { type: "Established", status: "True", reason: "InitialNamesAccepted", message }, now);
}

/** Whether the server may serve the resource: its names are its own, it is not yet established. */
export function isInstalling(crd: ApiObject): boolean {
  return isTrue(crd, "NamesAccepted") && !isTrue(crd, "Established");
}

export function isEstablished(crd: ApiObject): boolean {
  return isTrue(crd, "Established");
}

/** The definition with its present storage version among those that objects were stored in; undefined when it is. */
export function withStoredVersion(crd: ApiObject): ApiObject | undefined {
  const storage = crdSpec(crd).versions.find((version) => version.storage)?.name;
  const status = objectOf(crd.status);
  const stored = listOf(status.storedVersions);
  if (storage === undefined || stored.includes(storage)) return undefined;
  return { ...crd, status: { ...status, storedVersions: [...stored, storage] } };
}

/** Sets a condition; its time moves only with its status. */
function withCondition(crd: ApiObject, condition: CrdCondition, now: number): ApiObject {
  const conditions = crdConditions(crd);
  const at = conditions.findIndex(({ type }) => type === condition.type);
  const before = conditions[at];
  const { type, status, reason, message } = condition;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : formatTime(now);
  const next = { type, status, lastTransitionTime, reason, message };
  const changed = before === undefined ? [...conditions, next] : conditions.with(at, next as CrdCondition);
  return { ...crd, status: { ...objectOf(crd.status), conditions: changed } };
}

function isTrue(crd: ApiObject, type: string): boolean {
  return crdConditions(crd).some((condition) => condition.type === type && condition.status === "True");
}
