/** What keeps workloads at their size: HorizontalPodAutoscalers and PodDisruptionBudgets. */
import type { HorizontalPodAutoscaler as HorizontalPodAutoscalerV1 } from "../../types/autoscaling-v1.ts";
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from "../../types/autoscaling-v2.ts";
import type { PodDisruptionBudget } from "../../types/policy-v1.ts";
import { annotations, identity, labels, selectorText, timeText } from "./format.ts";
import { field, indented, type Layout, row, section, stepped, table, UNSET } from "./layout.ts";

const UNKNOWN = "<unknown>";

export function horizontalPodAutoscaler(object: HorizontalPodAutoscaler): Layout {
  const { spec, status } = object;
  const { behavior } = spec;
  const conditions = status?.conditions ?? [];
  return [
    autoscaler(object),
    row("Metrics:", "( current / target )"),
    indented((spec.metrics ?? []).map((one, at) => metric(one, status?.currentMetrics?.[at]))),
    replicas(spec),
    behavior === undefined
      ? undefined
      : section("Behavior", direction("Scale Up", behavior.scaleUp), direction("Scale Down", behavior.scaleDown)),
    pods(object),
    conditions.length === 0
      ? undefined
      : section(
          "Conditions",
          table(
            ["Type", "Status", "Reason", "Message"],
            conditions.map((one) => [one.type, one.status, one.reason ?? "", one.message ?? ""]),
          ),
        ),
  ];
}

/** The older form, which knows the use of processors alone. */
export function horizontalPodAutoscalerV1(object: HorizontalPodAutoscalerV1): Layout {
  const { spec, status } = object;
  const target = spec?.targetCPUUtilizationPercentage;
  return [
    autoscaler(object),
    target === undefined
      ? undefined
      : [
          field("Target CPU utilization", `${target}%`),
          field("Current CPU utilization", `${status?.currentCPUUtilizationPercentage ?? UNKNOWN}%`),
        ],
    replicas(spec ?? {}),
    pods(object),
  ];
}

type AnyAutoscaler = HorizontalPodAutoscaler | HorizontalPodAutoscalerV1;

function autoscaler(object: AnyAutoscaler): Layout {
  const { kind = "", name = "" } = object.spec?.scaleTargetRef ?? {};
  return [
    identity(object),
    labels(object.metadata),
    annotations(object.metadata),
    field("CreationTimestamp", timeText(object.metadata?.creationTimestamp)),
    field("Reference", `${kind}/${name}`),
  ];
}

function replicas({ minReplicas, maxReplicas }: { minReplicas?: number; maxReplicas?: number }): Layout {
  return [field("Min replicas", minReplicas ?? UNSET), field("Max replicas", maxReplicas ?? UNSET)];
}

function pods({ spec, status }: AnyAutoscaler): Layout {
  const counts = `${status?.currentReplicas ?? 0} current / ${status?.desiredReplicas ?? 0} desired`;
  return field(`${spec?.scaleTargetRef.kind ?? ""} pods`, counts);
}

function metric(spec: MetricSpec, status: MetricStatus | undefined): Layout {
  const { resource, containerResource, pods: ofPods, object, external } = spec;
  if (resource !== undefined) {
    return use(`resource ${resource.name} on pods`, resource.target, status?.resource?.current);
  }
  if (containerResource !== undefined) {
    const { name, container, target } = containerResource;
    return use(`resource ${name} of container "${container}" on pods`, target, status?.containerResource?.current);
  }
  if (ofPods !== undefined) {
    const { averageValue = UNKNOWN } = status?.pods?.current ?? {};
    return field(`"${ofPods.metric.name}" on pods`, `${averageValue} / ${ofPods.target.averageValue ?? UNSET}`);
  }
  if (object !== undefined) {
    const { kind, name } = object.describedObject;
    return value(`"${object.metric.name}" on ${kind}/${name}`, object.target, status?.object?.current);
  }
  if (external !== undefined) return value(`"${external.metric.name}"`, external.target, status?.external?.current);
  return row(`<unknown metric type "${spec.type}">`);
}

/** How much of a resource is used, as an amount or as a part of what was requested. */
function use(what: string, target: MetricTarget, current: MetricValueStatus | undefined): Layout {
  if (target.averageValue !== undefined) {
    return field(what, `${current?.averageValue ?? UNKNOWN} / ${target.averageValue}`);
  }
  const { averageUtilization, averageValue = "0" } = current ?? {};
  const now = averageUtilization === undefined ? UNKNOWN : `${averageUtilization}% (${averageValue})`;
  const wanted = target.averageUtilization === undefined ? "<auto>" : `${target.averageUtilization}%`;
  return field(`${what}  (as a percentage of request)`, `${now} / ${wanted}`);
}

function value(what: string, target: MetricTarget, current: MetricValueStatus | undefined): Layout {
  if (target.averageValue !== undefined) {
    return field(`${what} (target average value)`, `${current?.averageValue ?? UNKNOWN} / ${target.averageValue}`);
  }
  return field(`${what} (target value)`, `${current?.value ?? UNKNOWN} / ${target.value ?? UNSET}`);
}

function direction(title: string, rules: HPAScalingRules | undefined): Layout {
  if (rules === undefined) return undefined;
  const { stabilizationWindowSeconds: window, policies = [], selectPolicy = "Max" } = rules;
  return section(
    title,
    window === undefined ? undefined : row(`Stabilization Window: ${window} seconds`),
    policies.length === 0
      ? undefined
      : [
          row(`Select Policy: ${selectPolicy}`),
          section(
            "Policies",
            policies.map((one) =>
              row(`- Type: ${one.type}`, `Value: ${one.value}`, `Period: ${one.periodSeconds} seconds`),
            ),
          ),
        ],
  );
}

export function podDisruptionBudget(object: PodDisruptionBudget): Layout {
  const { spec, status } = object;
  const { minAvailable, maxUnavailable, selector } = spec ?? {};
  return [
    identity(object),
    minAvailable !== undefined
      ? field("Min available", minAvailable)
      : maxUnavailable !== undefined
        ? field("Max unavailable", maxUnavailable)
        : undefined,
    field("Selector", selector === undefined ? UNSET : selectorText(selector)),
    stepped(
      4,
      "Status",
      field("Allowed disruptions", status?.disruptionsAllowed ?? 0),
      field("Current", status?.currentHealthy ?? 0),
      field("Desired", status?.desiredHealthy ?? 0),
      field("Total", status?.expectedPods ?? 0),
    ),
  ];
}
