import type { ManagedFieldsEntry } from "../../core/object.ts";
import type { ApiObject } from "../model/object.ts";
import { equalJson } from "../patch/json-value.ts";

/**
 * Gives an update that changes nothing but the times of managedFields the times that it had, so that it is no write at
 * all. Belongs last, before the object is stored.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apiserver/pkg/endpoints/handlers/fieldmanager/equality.go
 */
export function keepTimesOfNoChange(live: ApiObject, updated: ApiObject): ApiObject {
  const { managedFields: before, ...liveMetadata } = live.metadata;
  const { managedFields: after, ...metadata } = updated.metadata;
  if (before === undefined || after === undefined || before.length !== after.length) return updated;
  if (!equalJson({ ...live, metadata: liveMetadata }, { ...updated, metadata })) return updated;
  const same = after.every((entry) => before.some((one) => equalJson(withoutTime(one), withoutTime(entry))));
  return same ? { ...updated, metadata: { ...metadata, managedFields: before } } : updated;
}

function withoutTime({ time: _time, ...entry }: ManagedFieldsEntry): ManagedFieldsEntry {
  return entry;
}
