import { podUsage } from "../../metrics/usage.ts";
import type { JsonObject } from "../../model/object.ts";
import type { Pod } from "../../pods/pod.ts";
import { isReady } from "../../pods/pod.ts";
import { numberAt, objectAt, stringAt } from "../../schema/fields.ts";
import { quantityValue } from "../../schema/quantity.ts";

/** What one metric asks for. */
export interface Reading {
  /** Pods that it takes to meet the target. */
  readonly replicas: number;
  /** `cpu resource utilization (percentage of request)` */
  readonly description: string;
  /** Entry of `status.currentMetrics`. */
  readonly current: JsonObject;
}

/** A metric that says nothing, and why, in the controller's words. */
export class MetricError extends Error {
  override readonly name = "MetricError";
}

/** Deviations from the target that are let be. */
const TOLERANCE = 0.1;

/** Reads one entry of `spec.metrics` off the pods. Throws MetricError. */
export function readMetric(metric: JsonObject, pods: readonly Pod[], replicas: number): Reading {
  const type = stringAt(metric, "type");
  if (type !== "Resource") throw new MetricError(`no metrics of type ${type} are to be had here`);
  const resource = objectAt(metric, "resource");
  const name = stringAt(resource, "name");
  const target = objectAt(resource, "target");
  if (name !== "cpu" && name !== "memory") throw new MetricError(`unable to get metrics for resource ${name}`);
  const ready = pods.filter(isReady);
  const used = ready.map((pod) => podUsage(pod).reduce((sum, { usage }) => sum + usage[name], 0));
  if (used.length === 0) {
    throw new MetricError(`unable to get metrics for resource ${name}: no metrics returned from resource metrics API`);
  }
  const total = used.reduce((sum, one) => sum + one, 0);
  const average = total / used.length;
  const averageValue = name === "cpu" ? `${Math.ceil(average * 1000)}m` : String(Math.ceil(average));
  const utilization = numberAt(target, "averageUtilization");
  if (utilization === undefined) {
    const wanted = quantityValue(target?.averageValue as string | undefined);
    return {
      replicas: wantedReplicas(average / wanted, total / wanted, replicas),
      description: `${name} resource`,
      current: { type, resource: { name, current: { averageValue } } },
    };
  }
  const requested = ready.reduce((sum, pod) => sum + requestOf(pod, name), 0);
  const percent = Math.floor((total * 100) / requested);
  const ratio = percent / utilization;
  return {
    replicas: wantedReplicas(ratio, ratio * used.length, replicas),
    description: `${name} resource utilization (percentage of request)`,
    current: { type, resource: { name, current: { averageUtilization: percent, averageValue } } },
  };
}

function wantedReplicas(ratio: number, wanted: number, replicas: number): number {
  return Math.abs(ratio - 1) <= TOLERANCE ? replicas : Math.ceil(wanted - 1e-9);
}

function requestOf(pod: Pod, name: "cpu" | "memory"): number {
  return pod.spec.containers.reduce((sum, container) => {
    const request = container.resources?.requests?.[name];
    if (request === undefined) {
      throw new MetricError(`missing request for ${name} in container ${container.name} of Pod ${pod.metadata.name}`);
    }
    return sum + quantityValue(request);
  }, 0);
}
