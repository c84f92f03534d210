import {
  validateConfigMap,
  validateDataUpdate,
  validateNamespace,
  validateNamespaceStatus,
  validateSecret,
  validateServiceAccount,
} from "./configuration.ts";
import { validatePod, validatePodUpdate } from "./pods.ts";
import type { KindRules } from "./rules.ts";
import { validateService, validateServiceUpdate } from "./services.ts";
import {
  validateDaemonSet,
  validateDeployment,
  validateReplicaSet,
  validateReplicationController,
  validateSelectorUpdate,
  validateStatefulSet,
  validateStatefulSetUpdate,
} from "./workloads.ts";

/** The rules by `group/Kind`; kinds that are not listed have only metadata and enumerations to get right. */
export const KIND_RULES: Readonly<Record<string, KindRules>> = {
  "/Pod": { always: validatePod, update: validatePodUpdate, updateOnly: true },
  "/Service": { always: validateService, update: validateServiceUpdate },
  "/ConfigMap": { always: validateConfigMap, update: validateDataUpdate },
  "/Secret": { always: validateSecret, update: validateDataUpdate },
  "/Namespace": { always: validateNamespace, status: validateNamespaceStatus },
  "/ServiceAccount": { always: validateServiceAccount },
  "/ReplicationController": { always: validateReplicationController },
  "apps/Deployment": { always: validateDeployment, update: validateSelectorUpdate },
  "apps/ReplicaSet": { always: validateReplicaSet, update: validateSelectorUpdate },
  "apps/DaemonSet": { always: validateDaemonSet, update: validateSelectorUpdate },
  "apps/StatefulSet": { always: validateStatefulSet, update: validateStatefulSetUpdate },
};
