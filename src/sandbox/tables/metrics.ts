/** The Targets column of a HorizontalPodAutoscaler. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { NONE, UNKNOWN } from "./format.ts";

/** Of both versions; what v1 knows of is the cpu. */
export function formatMetrics(object: ApiObject): string {
  const spec = objectAt(object, "spec");
  const status = objectAt(object, "status");
  const plain = numberAt(spec, "targetCPUUtilizationPercentage");
  if (plain !== undefined) {
    const current = numberAt(status, "currentCPUUtilizationPercentage");
    return `cpu: ${current === undefined ? UNKNOWN : `${current}%`}/${plain}%`;
  }
  const metrics = objectsAt(spec, "metrics");
  const current = objectsAt(status, "currentMetrics");
  if (metrics.length === 0) return NONE;
  const shown = metrics.slice(0, 2).map((metric, index) => formatMetric(metric, current[index]));
  return metrics.length > 2 ? `${shown.join(", ")} + ${metrics.length - 2} more...` : shown.join(", ");
}

function formatMetric(metric: JsonObject, status: JsonObject | undefined): string {
  const type = stringAt(metric, "type");
  const field = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  const wanted = objectAt(metric, field);
  const target = objectAt(wanted, "target");
  const current = objectAt(objectAt(status, field), "current");
  if (type === "Resource" || type === "ContainerResource") {
    const name = stringAt(wanted, "name");
    if (target?.averageValue !== undefined) {
      return `${name}: ${quantity(current, "averageValue")}/${quantity(target, "averageValue")}`;
    }
    const utilization = numberAt(current, "averageUtilization");
    const goal = numberAt(target, "averageUtilization");
    return `${name}: ${utilization === undefined ? UNKNOWN : `${utilization}%`}/${goal === undefined ? "<auto>" : `${goal}%`}`;
  }
  if (type === "Pods") return `${quantity(current, "averageValue")}/${quantity(target, "averageValue")}`;
  if (type !== "Object" && type !== "External") return "<unknown type>";
  if (target?.averageValue === undefined) return `${quantity(current, "value")}/${quantity(target, "value")}`;
  return `${quantity(current, "averageValue")}/${quantity(target, "averageValue")} (avg)`;
}

function quantity(parent: JsonObject | undefined, field: string): string {
  const value = parent?.[field];
  return value === undefined || value === null ? UNKNOWN : String(value);
}
