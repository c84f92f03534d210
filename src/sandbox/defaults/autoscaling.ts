/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/autoscaling/v2/defaults.go */
import type { JsonObject } from "../model/object.ts";
import { ensureObject, fallback, objectAt } from "../schema/fields.ts";
import type { GroupDefaults } from "./defaulter.ts";

/** `autoscaling/v2`; v1 defaults only what v1 has. */
export const AUTOSCALING_DEFAULTS: GroupDefaults = {
  HorizontalPodAutoscaler: (object) => {
    const spec = ensureObject(object, "spec");
    fallback(spec, "minReplicas", 1);
    if (object.apiVersion !== "autoscaling/v2") return;
    if (!Array.isArray(spec.metrics) || spec.metrics.length === 0) {
      const target = { type: "Utilization", averageUtilization: 80 };
      spec.metrics = [{ type: "Resource", resource: { name: "cpu", target } }];
    }
    const behavior = objectAt(spec, "behavior");
    if (behavior !== undefined) defaultBehavior(behavior);
  },
};

function defaultBehavior(behavior: JsonObject): void {
  const scaleUp = ensureObject(behavior, "scaleUp");
  fallback(scaleUp, "stabilizationWindowSeconds", 0);
  fallback(scaleUp, "selectPolicy", "Max");
  fallback(scaleUp, "policies", [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ]);
  const scaleDown = ensureObject(behavior, "scaleDown");
  fallback(scaleDown, "selectPolicy", "Max");
  fallback(scaleDown, "policies", [{ type: "Percent", value: 100, periodSeconds: 15 }]);
}
