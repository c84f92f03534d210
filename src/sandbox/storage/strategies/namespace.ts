import { formatTime } from "../../model/clock.ts";
import type { ApiObject } from "../../model/object.ts";
import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

/**
 * A namespace goes when its content is gone: the `finalize` sub-resource takes the finalizer from its spec.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/namespace/storage/storage.go
 */
export const NAMESPACE_STRATEGY: Partial<Strategy> = {
  terminate(namespace, now) {
    return {
      ...namespace,
      metadata: { ...namespace.metadata, deletionTimestamp: formatTime(now) },
      status: { ...fieldsOf(namespace.status), phase: "Terminating" },
    };
  },

  holds: (namespace) => namespaceFinalizers(namespace).length > 0,
};

function namespaceFinalizers(namespace: ApiObject): unknown[] {
  const { finalizers } = fieldsOf(namespace.spec);
  return Array.isArray(finalizers) ? finalizers : [];
}
