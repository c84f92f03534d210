import { formatTime } from "../../model/clock.ts";
import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

/** Held by a going CustomResourceDefinition until its objects are gone. */
export const CUSTOM_RESOURCE_CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** https://github.com/kubernetes/apiextensions-apiserver/blob/master/pkg/registry/customresourcedefinition/etcd.go */
export const CUSTOM_RESOURCE_DEFINITION_STRATEGY: Partial<Strategy> = {
  prepareCreate(definition) {
    const { versions } = fieldsOf(definition.spec);
    const stored = Array.isArray(versions) ? versions.map(fieldsOf).filter(({ storage }) => storage === true) : [];
    definition.status = { ...fieldsOf(definition.status), storedVersions: stored.map(({ name }) => name) };
  },

  terminate(definition, now) {
    const time = formatTime(now);
    const status = fieldsOf(definition.status);
    const conditions = Array.isArray(status.conditions) ? status.conditions : [];
    const finalizers = definition.metadata.finalizers ?? [];
    return {
      ...definition,
      metadata: {
        ...definition.metadata,
        deletionTimestamp: time,
        finalizers: finalizers.includes(CUSTOM_RESOURCE_CLEANUP)
          ? finalizers
          : [...finalizers, CUSTOM_RESOURCE_CLEANUP],
      },
      status: {
        ...status,
        conditions: [
          ...conditions.filter((condition) => fieldsOf(condition).type !== "Terminating"),
          {
            type: "Terminating",
            status: "True",
            lastTransitionTime: time,
            reason: "InstanceDeletionPending",
            message: "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
          },
        ],
      },
    };
  },
};
