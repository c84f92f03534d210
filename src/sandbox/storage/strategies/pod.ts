import type { ApiObject } from "../../model/object.ts";
import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/strategy.go */
export const POD_STRATEGY: Partial<Strategy> = {
  prepareCreate(pod) {
    pod.status = { phase: "Pending", qosClass: qosClass(pod) };
  },

  gracePeriod(pod, requested) {
    const spec = fieldsOf(pod.spec);
    const phase = fieldsOf(pod.status).phase;
    // nothing runs that could be told to stop
    if (spec.nodeName === undefined || spec.nodeName === "" || phase === "Failed" || phase === "Succeeded") return 0;
    const seconds = requested ?? spec.terminationGracePeriodSeconds;
    if (typeof seconds !== "number") return 30;
    return seconds < 0 ? 1 : seconds;
  },
};

/** https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/ */
export function qosClass(pod: ApiObject): "Guaranteed" | "Burstable" | "BestEffort" {
  const spec = fieldsOf(pod.spec);
  const containers = [...listOf(spec.containers), ...listOf(spec.initContainers)].map((container) => {
    const resources = fieldsOf(fieldsOf(container).resources);
    return { requests: fieldsOf(resources.requests), limits: fieldsOf(resources.limits) };
  });
  const names = ["cpu", "memory"];
  const asks = containers.some(({ requests, limits }) => names.some((name) => name in requests || name in limits));
  if (!asks) return "BestEffort";
  const bounded = containers.every(({ requests, limits }) =>
    names.every((name) => name in limits && (!(name in requests) || requests[name] === limits[name])),
  );
  return bounded ? "Guaranteed" : "Burstable";
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
