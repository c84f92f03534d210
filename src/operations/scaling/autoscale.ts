import type { KubernetesObject } from "../../core/object.ts";
import { groupResource, groupVersion } from "../../core/path.ts";
import { parseQuantity } from "../../core/quantity.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { HorizontalPodAutoscaler, MetricSpec, MetricTarget } from "../../types/autoscaling-v2.ts";
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
  /** As kubectl takes it: `"70%"` of what pods request, or an average amount for each, `"500m"`; `"500"` is that too. */
  readonly cpu?: string | undefined;
  /** As `cpu`: `"60%"`, `"200Mi"`; `"200"` is that too. */
  readonly memory?: string | undefined;
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
  const { min, max, cpuPercent, memoryPercent, cpu, memory, name = target, ...write } = options;
  if (min !== undefined) requireWhole(label, "min", min, 0);
  if (min !== undefined && min > max) {
    throw new UsageError("INVALID_INPUT", `Cannot autoscale ${label}: min ${min} is more than max ${max}`);
  }
  const metrics = [...metricOf(label, "cpu", cpuPercent, cpu), ...metricOf(label, "memory", memoryPercent, memory)];
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

/** What a bare number counts, as for kubectl. */
const UNITS = { cpu: "m", memory: "Mi" } as const;

function metricOf(label: string, metric: "cpu" | "memory", percent: unknown, amount: unknown): MetricSpec[] {
  const target = targetOf(label, metric, percent, amount);
  return target === undefined ? [] : [{ type: "Resource", resource: { name: metric, target } }];
}

function targetOf(
  label: string,
  metric: "cpu" | "memory",
  percent: unknown,
  amount: unknown,
): MetricTarget | undefined {
  if (percent !== undefined && amount !== undefined) {
    throw new UsageError("INVALID_INPUT", `Cannot autoscale ${label}: ${metric} and ${metric}Percent say the same`);
  }
  if (amount === undefined) return percent === undefined ? undefined : utilization(label, `${metric}Percent`, percent);
  if (typeof amount !== "string") {
    throw new UsageError("INVALID_INPUT", `Cannot autoscale ${label}: ${metric} is ${String(amount)}, not a text`, {
      hint: `Give { ${metric}: "70%" }, or an amount for each pod, { ${metric}: "500${UNITS[metric]}" }.`,
    });
  }
  const [, share] = /^(\d+)%$/.exec(amount) ?? [];
  if (share !== undefined) return utilization(label, metric, Number(share));
  parseQuantity(amount);
  return { type: "AverageValue", averageValue: /^\d+$/.test(amount) ? `${amount}${UNITS[metric]}` : amount };
}

function utilization(label: string, option: string, percent: unknown): MetricTarget {
  requireWhole(label, option, percent, 1);
  return { type: "Utilization", averageUtilization: percent };
}

function requireWhole(label: string, option: string, value: unknown, least: number): asserts value is number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least) return;
  throw new UsageError("INVALID_INPUT", `Cannot autoscale ${label}: ${option} must be a whole number from ${least}`, {
    hint: `It is ${String(value)}: give for example { min: 2, max: 10, cpuPercent: 80 }.`,
  });
}
