import { fieldsOf } from "../json.ts";
import type { Strategy } from "../strategy.ts";

const DEFAULT_GRACE_SECONDS = 30;

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/pod/strategy.go */
export const POD_STRATEGY: Partial<Strategy> = {
  gracePeriod(pod, requested) {
    const spec = fieldsOf(pod.spec);
    const phase = fieldsOf(pod.status).phase;
    // nothing runs that could be told to stop
    if (spec.nodeName === undefined || spec.nodeName === "" || phase === "Failed" || phase === "Succeeded") return 0;
    const seconds = requested ?? spec.terminationGracePeriodSeconds;
    if (typeof seconds !== "number") return DEFAULT_GRACE_SECONDS;
    return seconds < 0 ? 1 : seconds;
  },
};
