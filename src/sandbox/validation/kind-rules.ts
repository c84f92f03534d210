import { validateBinding, validateBindingUpdate, validateRole } from "./access.ts";
import {
  validateConfigMap,
  validateDataUpdate,
  validateNamespace,
  validateNamespaceStatus,
  validateSecret,
  validateServiceAccount,
} from "./configuration.ts";
import { validateEndpointSlice, validateEndpointSliceUpdate, validateEndpoints } from "./endpoints.ts";
import { validateCronJob, validateCronJobName, validateJob, validateJobName, validateJobUpdate } from "./jobs.ts";
import { validateLimitRange, validateResourceQuota, validateResourceQuotaUpdate } from "./limits.ts";
import { validateIngress, validateIngressClass, validateIngressCreate, validateNetworkPolicy } from "./networking.ts";
import { validateNode, validateNodeUpdate, validateRuntimeClass, validateRuntimeClassUpdate } from "./nodes.ts";
import { validatePod, validatePodCreate, validatePodUpdate } from "./pods.ts";
import type { KindRules } from "./rules.ts";
import {
  validateAutoscaler,
  validateDisruptionBudget,
  validateLease,
  validatePriorityClass,
  validatePriorityClassUpdate,
} from "./scaling.ts";
import { validateService, validateServiceUpdate } from "./services.ts";
import {
  validateClaim,
  validateClaimUpdate,
  validateStorageClass,
  validateStorageClassUpdate,
  validateVolume,
  validateVolumeUpdate,
} from "./storage.ts";
import { validateWebhooks } from "./webhooks.ts";
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
  "/Pod": { always: validatePod, create: validatePodCreate, update: validatePodUpdate },
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
  "/Endpoints": { always: validateEndpoints },
  "/LimitRange": { always: validateLimitRange },
  "/Node": { always: validateNode, update: validateNodeUpdate },
  "/PersistentVolume": { always: validateVolume, update: validateVolumeUpdate },
  "/PersistentVolumeClaim": { always: validateClaim, update: validateClaimUpdate },
  "/ResourceQuota": { always: validateResourceQuota, update: validateResourceQuotaUpdate },
  "batch/Job": { always: validateJob, create: validateJobName, update: validateJobUpdate },
  "batch/CronJob": { always: validateCronJob, create: validateCronJobName },
  "autoscaling/HorizontalPodAutoscaler": { always: validateAutoscaler },
  "policy/PodDisruptionBudget": { always: validateDisruptionBudget },
  "networking.k8s.io/Ingress": { always: validateIngress, create: validateIngressCreate },
  "networking.k8s.io/IngressClass": { always: validateIngressClass },
  "networking.k8s.io/NetworkPolicy": { always: validateNetworkPolicy },
  "discovery.k8s.io/EndpointSlice": { always: validateEndpointSlice, update: validateEndpointSliceUpdate },
  "rbac.authorization.k8s.io/Role": { always: validateRole },
  "rbac.authorization.k8s.io/ClusterRole": { always: validateRole },
  "rbac.authorization.k8s.io/RoleBinding": { always: validateBinding, update: validateBindingUpdate },
  "rbac.authorization.k8s.io/ClusterRoleBinding": { always: validateBinding, update: validateBindingUpdate },
  "storage.k8s.io/StorageClass": { always: validateStorageClass, update: validateStorageClassUpdate },
  "scheduling.k8s.io/PriorityClass": { always: validatePriorityClass, update: validatePriorityClassUpdate },
  "node.k8s.io/RuntimeClass": { always: validateRuntimeClass, update: validateRuntimeClassUpdate },
  "coordination.k8s.io/Lease": { always: validateLease },
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": { always: validateWebhooks },
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": { always: validateWebhooks },
};
