import type { ApiObject } from "../../model/object.ts";
import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

/**
 * A Job's pods are found by labels that the server makes up, unless `manualSelector` says otherwise.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/batch/job/strategy.go
 */
export const JOB_STRATEGY: Partial<Strategy> = {
  orphansByDefault: true,
  prepareCreate(job) {
    if (fieldsOf(job.spec).manualSelector === true) return;
    generateSelector(job);
  },
};

function generateSelector(job: ApiObject): void {
  const spec = fieldsOf(job.spec);
  const template = fieldsOf(spec.template);
  const metadata = fieldsOf(template.metadata);
  const { uid = "", name = "" } = job.metadata;
  const identity = {
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const selector = fieldsOf(spec.selector);
  job.spec = {
    ...spec,
    selector: {
      ...selector,
      matchLabels: { ...fieldsOf(selector.matchLabels), "batch.kubernetes.io/controller-uid": uid },
    },
    template: { ...template, metadata: { ...metadata, labels: { ...fieldsOf(metadata.labels), ...identity } } },
  };
}
