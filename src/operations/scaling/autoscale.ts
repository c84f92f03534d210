import type { KubernetesObject } from "../../core/object.ts";
import { groupResource, groupVersion } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { HorizontalPodAutoscaler } from "../../types/autoscaling-v2.ts";
import { objectFor } from "../shared/object-for.ts";
import { sibling } from "../shared/siblings.ts";
import { requireScale } from "./require-scale.ts";

export interface AutoscaleOptions extends WriteOptions {
  /** Default: the server's, 1. */
  readonly min?: number | undefined;
  readonly max: number;
  /** Average use of the CPU that pods request, in percent. Default: the server's, 80. */
  readonly cpuPercent?: number | undefined;
  /** Average use of the memory that pods request, in percent. Default: memory does not count. */
  readonly memoryPercent?: number | undefined;
  /** Of the autoscaler. Default: that of what it scales. */
  readonly name?: string | undefined;
}

/** Makes a HorizontalPodAutoscaler for an object that has the sub-resource `scale`. */
export async function autoscale(
  client: ResourceClient<KubernetesObject>,
  target: string,
  options: AutoscaleOptions,
): Promise<HorizontalPodAutoscaler> {
  await requireScale(client, "autoscale", target);
  const resource = await client.resource();
  const label = `${groupResource(resource)} "${target}"`;
  requireWhole(label, "max", options?.max, 1);
  const { min, max, cpuPercent, memoryPercent, name = target, ...write } = options;
  if (min !== undefined) requireWhole(label, "min", min, 0);
  if (min !== undefined && min > max) {
    throw new UsageError("INVALID_INPUT", `Cannot autoscale ${label}: min ${min} is more than max ${max}`);
  }
  const percentages = Object.entries({ cpu: cpuPercent, memory: memoryPercent });
  const metrics = percentages.flatMap(([metric, percent]) => {
    if (percent === undefined) return [];
    requireWhole(label, `${metric}Percent`, percent, 1);
    const use = { type: "Utilization", averageUtilization: percent } as const;
    return [{ type: "Resource", resource: { name: metric, target: use } } as const];
  });
  const { metadata } = await objectFor(client, "autoscale", target, options);
  const autoscalers = sibling<HorizontalPodAutoscaler>(
    client,
    "horizontalpodautoscalers.autoscaling",
    metadata?.namespace ?? "",
  );
  return autoscalers.create(
    {
      metadata: { name },
      spec: {
        scaleTargetRef: { apiVersion: groupVersion(resource), kind: resource.kind, name: target },
        maxReplicas: max,
        ...(min === undefined ? {} : { minReplicas: min }),
        ...(metrics.length === 0 ? {} : { metrics }),
      },
    },
    { ...write, namespace: metadata?.namespace },
  );
}

function requireWhole(label: string, option: string, value: unknown, least: number): void {
  if (typeof value === "number" && Number.isInteger(value) && value >= least) return;
  throw new UsageError("INVALID_INPUT", `Cannot autoscale ${label}: ${option} must be a whole number from ${least}`, {
    hint: `It is ${String(value)}: give for example { min: 2, max: 10, cpuPercent: 80 }.`,
  });
}
