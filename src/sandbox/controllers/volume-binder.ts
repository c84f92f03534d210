import type { ApiObject } from "../model/object.ts";
import { isJsonObject } from "../model/object.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

const PROTECTION = "kubernetes.io/pv-protection";

/** Name that the sandbox's storage class gives as its provisioner. */
export const PROVISIONER = "sandbox.kubescript.dev/provisioner";

/** Gives every claim on a storage class of the sandbox's provisioner a volume of its own, and takes it back. */
export function startVolumeBinder(runtime: Runtime): void {
  const { registry } = runtime;
  const claims = runtime.informer<ApiObject>("persistentvolumeclaims");
  const queue = runtime.queue(reconcile);
  const write = { manager: CONTROLLER_MANAGER };
  claims.watch(({ type, object }) => {
    if (type === "DELETED") reclaim(object);
    else queue.add(keyOf(object));
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const claim = claims.get(namespace, name);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return;
    const spec = fields(claim.spec);
    if (fields(claim.status).phase === "Bound" || typeof spec.volumeName === "string") return;
    const storageClass = registry.get("storageclasses.storage.k8s.io", "", String(spec.storageClassName ?? ""));
    if (storageClass?.provisioner !== PROVISIONER) return;
    const volumeName = `pvc-${claim.metadata.uid}`;
    const capacity = { storage: fields(fields(spec.resources).requests).storage };
    const { accessModes } = spec;
    registry.create(
      "persistentvolumes",
      "",
      {
        metadata: { name: volumeName, finalizers: [PROTECTION] },
        spec: {
          capacity,
          accessModes,
          claimRef: {
            kind: "PersistentVolumeClaim",
            apiVersion: "v1",
            namespace,
            name,
            uid: claim.metadata.uid,
            resourceVersion: claim.metadata.resourceVersion,
          },
          persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? "Delete",
          storageClassName: spec.storageClassName,
          hostPath: { path: `/var/lib/sandbox/${volumeName}`, type: "DirectoryOrCreate" },
        },
      },
      write,
    );
    const status = { ...write, subresource: "status" };
    registry.modify("persistentvolumes", "", volumeName, (live) => ({ ...live, status: { phase: "Bound" } }), status);
    const bound = { "pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes" };
    const bind = (live: ApiObject): ApiObject => ({
      ...live,
      metadata: { ...live.metadata, annotations: { ...live.metadata.annotations, ...bound } },
      spec: { ...fields(live.spec), volumeName },
    });
    registry.modify("persistentvolumeclaims", namespace, name, bind, write);
    const phase = (live: ApiObject): ApiObject => ({ ...live, status: { phase: "Bound", accessModes, capacity } });
    registry.modify("persistentvolumeclaims", namespace, name, phase, status);
  }

  function reclaim(claim: ApiObject): void {
    const { volumeName } = fields(claim.spec);
    if (typeof volumeName !== "string") return;
    queueReclaim.add(volumeName);
  }

  const queueReclaim = runtime.queue((volumeName) => {
    const volume = registry.get("persistentvolumes", "", volumeName);
    if (volume === undefined) return;
    if (fields(volume.spec).persistentVolumeReclaimPolicy !== "Delete") {
      const released = (live: ApiObject): ApiObject => ({ ...live, status: { phase: "Released" } });
      registry.modify("persistentvolumes", "", volumeName, released, { ...write, subresource: "status" });
      return;
    }
    registry.delete("persistentvolumes", "", volumeName);
    const unprotect = (live: ApiObject): ApiObject => ({
      ...live,
      metadata: { ...live.metadata, finalizers: (live.metadata.finalizers ?? []).filter((one) => one !== PROTECTION) },
    });
    registry.modify("persistentvolumes", "", volumeName, unprotect, write);
  });
}

function fields(value: unknown): Record<string, unknown> {
  return isJsonObject(value) ? value : {};
}
