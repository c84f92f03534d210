/** Groups whose defaults are few: RBAC, storage, scheduling, flow control, aggregation, devices. */
import type { ApiObject } from "../model/object.ts";
import { ensureObject, fallback, objectAt, objectsAt } from "../schema/fields.ts";
import type { GroupDefaults } from "./defaulter.ts";

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/rbac/v1/defaults.go */
export const RBAC_DEFAULTS: GroupDefaults = { RoleBinding: defaultBinding, ClusterRoleBinding: defaultBinding };

function defaultBinding(object: ApiObject): void {
  fallback(ensureObject(object, "roleRef"), "apiGroup", RBAC_GROUP);
  for (const subject of objectsAt(object, "subjects")) {
    if (subject.kind === "User" || subject.kind === "Group") fallback(subject, "apiGroup", RBAC_GROUP);
  }
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/storage/v1/defaults.go */
export const STORAGE_DEFAULTS: GroupDefaults = {
  StorageClass: (object) => {
    fallback(object, "reclaimPolicy", "Delete");
    fallback(object, "volumeBindingMode", "Immediate");
  },
  CSIDriver: (object) => {
    const spec = ensureObject(object, "spec");
    fallback(spec, "attachRequired", true);
    fallback(spec, "podInfoOnMount", false);
    fallback(spec, "storageCapacity", false);
    fallback(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    fallback(spec, "requiresRepublish", false);
    fallback(spec, "seLinuxMount", false);
    if (!Array.isArray(spec.volumeLifecycleModes) || spec.volumeLifecycleModes.length === 0) {
      spec.volumeLifecycleModes = ["Persistent"];
    }
  },
};

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/scheduling/v1/defaults.go */
export const SCHEDULING_DEFAULTS: GroupDefaults = {
  PriorityClass: (object) => fallback(object, "preemptionPolicy", "PreemptLowerPriority"),
};

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/flowcontrol/v1/defaults.go */
export const FLOW_CONTROL_DEFAULTS: GroupDefaults = {
  FlowSchema: (object) => {
    const spec = ensureObject(object, "spec");
    if (!spec.matchingPrecedence) spec.matchingPrecedence = 1000;
  },
  PriorityLevelConfiguration: (object) => {
    const spec = ensureObject(object, "spec");
    if (spec.type === "Exempt") {
      const exempt = ensureObject(spec, "exempt");
      fallback(exempt, "nominalConcurrencyShares", 0);
      fallback(exempt, "lendablePercent", 0);
    }
    const limited = objectAt(spec, "limited");
    if (limited === undefined) return;
    fallback(limited, "nominalConcurrencyShares", 30);
    fallback(limited, "lendablePercent", 0);
    const queuing = objectAt(objectAt(limited, "limitResponse"), "queuing");
    if (queuing === undefined) return;
    if (!queuing.queues) queuing.queues = 64;
    if (!queuing.handSize) queuing.handSize = 8;
    if (!queuing.queueLengthLimit) queuing.queueLengthLimit = 50;
  },
};

/** https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/kube-aggregator/pkg/apis/apiregistration/v1/defaults.go */
export const API_REGISTRATION_DEFAULTS: GroupDefaults = {
  APIService: (object) => {
    const service = objectAt(objectAt(object, "spec"), "service");
    if (service !== undefined) fallback(service, "port", 443);
  },
};

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/resource/v1/defaults.go */
export const RESOURCE_DEFAULTS: GroupDefaults = {
  ResourceClaim: (object) => defaultDevices(objectAt(object, "spec")),
  ResourceClaimTemplate: (object) => defaultDevices(objectAt(objectAt(object, "spec"), "spec")),
  DeviceTaintRule: (object) => {
    const taint = objectAt(objectAt(object, "spec"), "taint");
    if (taint !== undefined) fallback(taint, "effect", "NoSchedule");
  },
};

function defaultDevices(spec: ReturnType<typeof objectAt>): void {
  for (const request of objectsAt(objectAt(spec, "devices"), "requests")) {
    const exactly = objectAt(request, "exactly");
    for (const wanted of [...(exactly === undefined ? [] : [exactly]), ...objectsAt(request, "firstAvailable")]) {
      fallback(wanted, "allocationMode", "ExactCount");
      if (wanted.allocationMode === "ExactCount" && !wanted.count) wanted.count = 1;
      for (const toleration of objectsAt(wanted, "tolerations")) fallback(toleration, "operator", "Equal");
    }
  }
}
