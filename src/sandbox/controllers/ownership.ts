import type { OwnerReference } from "../../core/object.ts";
import type { LabelSelector } from "../model/label-selector.ts";
import { matchesSelector } from "../model/label-selector.ts";
import type { ApiObject } from "../model/object.ts";
import { StatusError } from "../model/status-error.ts";
import type { Registry } from "../storage/registry.ts";
import type { Informer } from "./runtime/informer.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

/** The reference that makes `owner` an object's controller. */
export function controllerReference(owner: ApiObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? "",
    uid: owner.metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function controllerOf(object: ApiObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export interface Claim<T extends ApiObject> {
  readonly registry: Registry;
  readonly informer: Informer<T>;
  /** Resource of the objects claimed: `pods`, `replicasets.apps`. */
  readonly resource: string;
  readonly owner: ApiObject;
  readonly selector: LabelSelector | undefined;
}

/**
 * The objects that `owner` controls: matching orphans are adopted, and those that no longer match are released, as
 * upstream's PodControllerRefManager does. An owner on its way out adopts nothing.
 */
export function claimObjects<T extends ApiObject>(claim: Claim<T>): T[] {
  const { registry, informer, resource, owner, selector } = claim;
  const uid = owner.metadata.uid ?? "";
  const leaving = owner.metadata.deletionTimestamp !== undefined;
  const claimed: T[] = [];
  for (const object of informer.controlledBy(uid)) {
    if (matchesSelector(selector, object.metadata.labels)) claimed.push(object);
    else if (!leaving) changeOwners(registry, resource, object, (owners) => owners.filter((ref) => ref.uid !== uid));
  }
  if (leaving) return claimed;
  for (const object of informer.orphans(owner.metadata.namespace ?? "")) {
    if (object.metadata.deletionTimestamp !== undefined) continue;
    if (!matchesSelector(selector, object.metadata.labels)) continue;
    const adopt = (owners: OwnerReference[]) => [...owners, controllerReference(owner)];
    const adopted = changeOwners(registry, resource, object, adopt);
    if (adopted !== undefined) claimed.push(adopted as T);
  }
  return claimed;
}

/** Rewrites an object's owner references; undefined when it is gone by now. */
export function changeOwners(
  registry: Registry,
  resource: string,
  object: ApiObject,
  change: (owners: OwnerReference[]) => OwnerReference[],
): ApiObject | undefined {
  const { namespace = "", name = "", uid } = object.metadata;
  return ignoringNotFound(() =>
    registry.modify(
      resource,
      namespace,
      name,
      (live) => {
        if (live.metadata.uid !== uid) return undefined;
        const { ownerReferences = [], ...metadata } = live.metadata;
        const owners = change(ownerReferences);
        return { ...live, metadata: owners.length === 0 ? metadata : { ...metadata, ownerReferences: owners } };
      },
      { manager: CONTROLLER_MANAGER },
    ),
  );
}

export function isReason(error: unknown, reason: string): boolean {
  return error instanceof StatusError && error.status.reason === reason;
}

/** What a write returns, or undefined when its object is no longer there. */
export function ignoringNotFound<T>(write: () => T): T | undefined {
  try {
    return write();
  } catch (error) {
    if (isReason(error, "NotFound")) return undefined;
    throw error;
  }
}
