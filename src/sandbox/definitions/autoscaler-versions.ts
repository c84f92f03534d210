import { isJsonObject, type JsonObject } from "../model/object.ts";

/**
 * HorizontalPodAutoscalers are stored as `autoscaling/v2`. What v1 cannot say travels in annotations, so that a
 * client of v1 that writes back what it read loses nothing:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/autoscaling/v1/conversion.go
 */
const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";
const ANNOTATIONS = [METRICS, BEHAVIOR, CONDITIONS, CURRENT_METRICS];

/** A stored v2 autoscaler as v1 reads. */
export function autoscalerFromStorage(stored: Readonly<JsonObject>): JsonObject {
  const { metrics, behavior, ...spec } = fields(stored.spec);
  const { conditions, currentMetrics, ...status } = fields(stored.status);
  const [targetCpu, otherMetrics] = splitCpu(metrics, "target");
  const [currentCpu, otherCurrent] = splitCpu(currentMetrics, "current");
  const annotations = annotationsFor({
    [METRICS]: otherMetrics,
    [BEHAVIOR]: behavior,
    [CONDITIONS]: conditions,
    [CURRENT_METRICS]: otherCurrent,
  });
  return {
    ...stored,
    apiVersion: "autoscaling/v1",
    metadata: withAnnotations(fields(stored.metadata), annotations),
    spec: targetCpu === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: targetCpu },
    status: {
      currentReplicas: 0,
      desiredReplicas: 0,
      ...status,
      ...(currentCpu === undefined ? {} : { currentCPUUtilizationPercentage: currentCpu }),
    },
  };
}

/** A v1 autoscaler as it is stored. */
export function autoscalerToStorage(object: Readonly<JsonObject>): JsonObject {
  const { targetCPUUtilizationPercentage: targetCpu, ...spec } = fields(object.spec);
  const { currentCPUUtilizationPercentage: currentCpu, ...status } = fields(object.status);
  const metadata = fields(object.metadata);
  const kept = fields(metadata.annotations);
  const metrics = [...cpuMetric(targetCpu, "target"), ...parsed(kept[METRICS], [])];
  const currentMetrics = [...cpuMetric(currentCpu, "current"), ...parsed(kept[CURRENT_METRICS], [])];
  const behavior = parsed<JsonObject | undefined>(kept[BEHAVIOR], undefined);
  const conditions = parsed<unknown[]>(kept[CONDITIONS], []);
  const rest = Object.fromEntries(Object.entries(kept).filter(([name]) => !ANNOTATIONS.includes(name)));
  const { annotations: _moved, ...bareMetadata } = metadata;
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    metadata: withAnnotations(bareMetadata, rest),
    spec: {
      ...spec,
      ...(metrics.length === 0 ? {} : { metrics }),
      ...(behavior === undefined ? {} : { behavior }),
    },
    status: {
      ...status,
      ...(conditions.length === 0 ? {} : { conditions }),
      ...(currentMetrics.length === 0 ? {} : { currentMetrics }),
    },
  };
}

/** Takes the utilization of cpu out of a list of metrics: v1 has a field of its own for it. */
function splitCpu(metrics: unknown, side: "target" | "current"): [number | undefined, unknown[] | undefined] {
  if (!Array.isArray(metrics)) return [undefined, undefined];
  const index = metrics.findIndex((metric) => cpuUtilization(metric, side) !== undefined);
  if (index < 0) return [undefined, metrics.length === 0 ? undefined : metrics];
  const others = metrics.filter((_metric, position) => position !== index);
  return [cpuUtilization(metrics[index], side), others.length === 0 ? undefined : others];
}

function cpuUtilization(metric: unknown, side: "target" | "current"): number | undefined {
  const resource = fields(fields(metric).resource);
  const value = fields(resource[side]).averageUtilization;
  return resource.name === "cpu" && typeof value === "number" ? value : undefined;
}

function cpuMetric(percentage: unknown, side: "target" | "current"): unknown[] {
  if (typeof percentage !== "number") return [];
  const value =
    side === "target" ? { type: "Utilization", averageUtilization: percentage } : { averageUtilization: percentage };
  return [{ type: "Resource", resource: { name: "cpu", [side]: value } }];
}

function annotationsFor(values: Readonly<Record<string, unknown>>): JsonObject {
  const present = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name, JSON.stringify(value)]));
}

function withAnnotations(metadata: JsonObject, more: JsonObject): JsonObject {
  if (Object.keys(more).length === 0) return metadata;
  return { ...metadata, annotations: { ...fields(metadata.annotations), ...more } };
}

/** An annotation that does not hold JSON is ignored, as the API server does. */
function parsed<T>(text: unknown, otherwise: T): T {
  if (typeof text !== "string") return otherwise;
  try {
    return JSON.parse(text) as T;
  } catch {
    return otherwise;
  }
}

function fields(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
