import { CLAIM_PROTECTION, VOLUME_PROTECTION } from "../admission/storage-object-in-use-protection.ts";
import type { ApiObject } from "../model/object.ts";
import { objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import { CONTROLLER_MANAGER, type Runtime } from "./runtime/runtime.ts";

/**
 * Lets claims and volumes that were deleted go once nothing uses them:
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/volume/pvcprotection
 */
export function startStorageProtection(runtime: Runtime): void {
  const claims = runtime.informer<ApiObject>("persistentvolumeclaims");
  const volumes = runtime.informer<ApiObject>("persistentvolumes");
  const pods = runtime.informer<ApiObject>("pods");
  const claimQueue = runtime.queue((key) => {
    const { namespace, name } = splitKey(key);
    const claim = claims.get(namespace, name);
    if (claim === undefined || pods.list(namespace).some((pod) => uses(pod, name))) return;
    release(runtime, "persistentvolumeclaims", claim, CLAIM_PROTECTION);
  });
  const volumeQueue = runtime.queue((name) => {
    const volume = volumes.get("", name);
    if (volume === undefined || stringAt(objectAt(volume, "status"), "phase") === "Bound") return;
    release(runtime, "persistentvolumes", volume, VOLUME_PROTECTION);
  });
  claims.watch(({ object }) => claimQueue.add(keyOf(object)));
  volumes.watch(({ object }) => volumeQueue.add(keyOf(object)));
  pods.watch(({ type, object }) => {
    if (type !== "DELETED" && !isOver(object)) return;
    for (const name of claimNames(object)) claimQueue.add(`${object.metadata.namespace ?? ""}/${name}`);
  });
}

function release({ registry }: Runtime, resource: string, object: ApiObject, finalizer: string): void {
  const { deletionTimestamp, finalizers = [], name = "", namespace = "" } = object.metadata;
  if (deletionTimestamp === undefined || !finalizers.includes(finalizer)) return;
  registry.modify(
    resource,
    namespace,
    name,
    (live) => ({
      ...live,
      metadata: { ...live.metadata, finalizers: (live.metadata.finalizers ?? []).filter((one) => one !== finalizer) },
    }),
    { manager: CONTROLLER_MANAGER },
  );
}

function uses(pod: ApiObject, claim: string): boolean {
  return !isOver(pod) && claimNames(pod).includes(claim);
}

function isOver(pod: ApiObject): boolean {
  const phase = stringAt(objectAt(pod, "status"), "phase");
  return phase === "Succeeded" || phase === "Failed";
}

function claimNames(pod: ApiObject): string[] {
  return objectsAt(objectAt(pod, "spec"), "volumes").flatMap((volume) => {
    const claim = objectAt(volume, "persistentVolumeClaim");
    if (claim !== undefined) return [stringAt(claim, "claimName")];
    // of its own volumes the pod is the owner, and the claim is named after both
    return volume.ephemeral === undefined ? [] : [`${pod.metadata.name ?? ""}-${stringAt(volume, "name")}`];
  });
}
