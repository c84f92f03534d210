/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/apps/v1/defaults.go */
import type { ApiObject } from "../model/object.ts";
import { ensureObject, fallback, objectsAt } from "../schema/fields.ts";
import { defaultClaim } from "./core.ts";
import type { GroupDefaults } from "./defaulter.ts";
import { defaultPodTemplate } from "./pod-spec.ts";

/** `apps/v1`. */
export const APPS_DEFAULTS: GroupDefaults = {
  Deployment: (object) => {
    const spec = ensureObject(object, "spec");
    defaultPodTemplate(spec);
    fallback(spec, "replicas", 1);
    const strategy = ensureObject(spec, "strategy");
    fallback(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      const rollingUpdate = ensureObject(strategy, "rollingUpdate");
      fallback(rollingUpdate, "maxUnavailable", "25%");
      fallback(rollingUpdate, "maxSurge", "25%");
    }
    fallback(spec, "revisionHistoryLimit", 10);
    fallback(spec, "progressDeadlineSeconds", 600);
  },
  ReplicaSet: (object) => {
    const spec = ensureObject(object, "spec");
    defaultPodTemplate(spec);
    fallback(spec, "replicas", 1);
  },
  StatefulSet: defaultStatefulSet,
  DaemonSet: (object) => {
    const spec = ensureObject(object, "spec");
    defaultPodTemplate(spec);
    const strategy = ensureObject(spec, "updateStrategy");
    fallback(strategy, "type", "RollingUpdate");
    if (strategy.type === "RollingUpdate") {
      const rollingUpdate = ensureObject(strategy, "rollingUpdate");
      fallback(rollingUpdate, "maxUnavailable", 1);
      fallback(rollingUpdate, "maxSurge", 0);
    }
    fallback(spec, "revisionHistoryLimit", 10);
  },
};

function defaultStatefulSet(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  defaultPodTemplate(spec);
  fallback(spec, "podManagementPolicy", "OrderedReady");
  const strategy = ensureObject(spec, "updateStrategy");
  fallback(strategy, "type", "RollingUpdate");
  if (strategy.type === "RollingUpdate") fallback(ensureObject(strategy, "rollingUpdate"), "partition", 0);
  const retention = ensureObject(spec, "persistentVolumeClaimRetentionPolicy");
  fallback(retention, "whenDeleted", "Retain");
  fallback(retention, "whenScaled", "Retain");
  fallback(spec, "replicas", 1);
  fallback(spec, "revisionHistoryLimit", 10);
  for (const claim of objectsAt(spec, "volumeClaimTemplates")) {
    claim.apiVersion = "v1";
    claim.kind = "PersistentVolumeClaim";
    defaultClaim(claim);
  }
}
