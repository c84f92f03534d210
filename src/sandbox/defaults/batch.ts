/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/batch/v1/defaults.go */
import type { ApiObject } from "../model/object.ts";
import { ensureObject, fallback, objectAt, objectsAt } from "../schema/fields.ts";
import type { GroupDefaults } from "./defaulter.ts";
import { defaultPodTemplate } from "./pod-spec.ts";

const BACKOFF_LIMIT = 6;
const UNLIMITED = 2147483647;

/** `batch/v1`. */
export const BATCH_DEFAULTS: GroupDefaults = {
  Job: defaultJob,
  CronJob: (object) => {
    const spec = ensureObject(object, "spec");
    defaultPodTemplate(objectAt(objectAt(spec, "jobTemplate"), "spec"));
    fallback(spec, "concurrencyPolicy", "Allow");
    fallback(spec, "suspend", false);
    fallback(spec, "successfulJobsHistoryLimit", 3);
    fallback(spec, "failedJobsHistoryLimit", 1);
  },
};

function defaultJob(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  defaultPodTemplate(spec);
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  fallback(spec, "parallelism", 1);
  fallback(spec, "backoffLimit", spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : UNLIMITED);
  const labels = objectAt(objectAt(objectAt(spec, "template"), "metadata"), "labels");
  if (labels !== undefined && Object.keys(object.metadata.labels ?? {}).length === 0) {
    object.metadata.labels = { ...labels } as Record<string, string>;
  }
  fallback(spec, "completionMode", "NonIndexed");
  fallback(spec, "suspend", false);
  const failurePolicy = objectAt(spec, "podFailurePolicy");
  for (const rule of objectsAt(failurePolicy, "rules")) {
    for (const condition of objectsAt(rule, "onPodConditions")) fallback(condition, "status", "True");
  }
  fallback(spec, "podReplacementPolicy", failurePolicy === undefined ? "TerminatingOrFailed" : "Failed");
  fallback(spec, "manualSelector", false);
}
