import { formatTime } from "../../model/clock.ts";
import type { ApiObject } from "../../model/object.ts";
import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

const SYSTEM_FINALIZER = "kubernetes";

/**
 * A namespace goes when its content is gone: the `finalize` sub-resource takes the finalizer from its spec.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/namespace/storage/storage.go
 */
export const NAMESPACE_STRATEGY: Partial<Strategy> = {
  prepareCreate(namespace) {
    const finalizers = namespaceFinalizers(namespace);
    const complete = finalizers.includes(SYSTEM_FINALIZER) ? finalizers : [...finalizers, SYSTEM_FINALIZER];
    namespace.spec = { ...fieldsOf(namespace.spec), finalizers: complete };
    namespace.status = { phase: "Active" };
  },

  prepareUpdate(namespace, old) {
    // only `finalize` may change them
    namespace.spec = { ...fieldsOf(namespace.spec), finalizers: namespaceFinalizers(old) };
  },

  terminate(namespace, now) {
    return {
      ...namespace,
      metadata: { ...namespace.metadata, deletionTimestamp: formatTime(now) },
      status: { ...fieldsOf(namespace.status), phase: "Terminating" },
    };
  },

  holds: (namespace) => namespaceFinalizers(namespace).length > 0,
};

/** `spec.finalizers`. */
export function namespaceFinalizers(namespace: ApiObject): string[] {
  const { finalizers } = fieldsOf(namespace.spec);
  return Array.isArray(finalizers) ? finalizers.filter((name): name is string => typeof name === "string") : [];
}
