import type { AdmissionPlugin } from "./admission.ts";
import { concerns } from "./forbid.ts";

/** Keep a claim until no pod uses it, and a volume until no claim is bound to it. */
export const CLAIM_PROTECTION = "kubernetes.io/pvc-protection";
export const VOLUME_PROTECTION = "kubernetes.io/pv-protection";

/** Gives new claims and volumes the finalizer that their controller takes off once they are not in use. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: "StorageObjectInUseProtection",
  mutate(attributes) {
    const { object, operation } = attributes;
    if (operation !== "CREATE" || object === undefined) return;
    const finalizer = concerns(attributes, "persistentvolumeclaims")
      ? CLAIM_PROTECTION
      : concerns(attributes, "persistentvolumes")
        ? VOLUME_PROTECTION
        : undefined;
    const { finalizers = [] } = object.metadata;
    if (finalizer === undefined || finalizers.includes(finalizer)) return;
    object.metadata.finalizers = [...finalizers, finalizer];
  },
};
