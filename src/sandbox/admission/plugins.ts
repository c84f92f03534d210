import type { AdmissionPlugin } from "./admission.ts";
import { defaultStorageClass } from "./default-storage-class.ts";
import { defaultTolerationSeconds } from "./default-toleration-seconds.ts";
import { namespaceLifecycle } from "./namespace-lifecycle.ts";
import { priority } from "./priority.ts";
import { rbacEscalation } from "./rbac-escalation.ts";
import { serviceAccount } from "./service-account.ts";

/** The plugins that are on, in kube-apiserver's order. `random` gives numbers from 0 up to 1. */
export function admissionPlugins(random: () => number): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle,
    serviceAccount(random),
    priority,
    defaultTolerationSeconds,
    defaultStorageClass,
    rbacEscalation,
  ];
}
