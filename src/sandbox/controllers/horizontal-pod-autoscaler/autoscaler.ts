import { formatTime } from "../../model/clock.ts";
import { type LabelSelector, matchesSelector } from "../../model/label-selector.ts";
import type { ApiObject, JsonObject } from "../../model/object.ts";
import { type Condition, findCondition, isActive, type Pod } from "../../pods/pod.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../../schema/fields.ts";
import { equalJson } from "../../storage/json.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import { CONTROLLER_MANAGER, type Runtime } from "../runtime/runtime.ts";
import { type History, reach, stabilized, trim } from "./history.ts";
import { MetricError, type Reading, readMetric } from "./metrics.ts";

const AUTOSCALERS = "horizontalpodautoscalers.autoscaling";
const SYNC_MS = 15_000;
/** What an autoscaler can size, by kind. */
const TARGETS: Readonly<Record<string, string>> = {
  Deployment: "deployments.apps",
  ReplicaSet: "replicasets.apps",
  StatefulSet: "statefulsets.apps",
  ReplicationController: "replicationcontrollers",
};

type Verdict = readonly [type: string, status: "True" | "False", reason: string, message: string];

/** What one round came to. */
interface Round {
  readonly desired: number;
  readonly reason: string;
  readonly conditions: readonly Verdict[];
  readonly currentMetrics?: readonly JsonObject[];
}

/**
 * Sizes Deployments and the like by what their pods take.
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/podautoscaler
 */
export function startHorizontalPodAutoscaler(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const autoscalers = runtime.informer<ApiObject>(AUTOSCALERS);
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder("horizontal-pod-autoscaler");
  const histories = new Map<string, History>();
  const queue = runtime.queue(reconcile);
  autoscalers.watch(({ type, object, previous }) => {
    const key = keyOf(object);
    if (type === "DELETED") histories.delete(key);
    else if (!equalJson(object.spec, previous?.spec)) queue.add(key);
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const autoscaler = autoscalers.get(namespace, name);
    if (autoscaler === undefined) return;
    queue.addAfter(key, SYNC_MS);
    const reference = objectAt(objectAt(autoscaler, "spec"), "scaleTargetRef");
    const kind = stringAt(reference, "kind");
    const resource = Object.hasOwn(TARGETS, kind) ? (TARGETS[kind] ?? "") : "";
    const target = resource === "" ? undefined : registry.get(resource, namespace, stringAt(reference, "name"));
    if (target === undefined) {
      const why = `the HPA controller was unable to get the target's current scale: ${resource || kind} "${stringAt(reference, "name")}" not found`;
      events.event(autoscaler, "Warning", "FailedGetScale", why.slice(why.indexOf(": ") + 2));
      write(autoscaler, 0, { desired: 0, reason: "", conditions: [["AbleToScale", "False", "FailedGetScale", why]] });
      return;
    }
    const current = numberAt(objectAt(target, "spec"), "replicas") ?? 1;
    const history = histories.get(key) ?? { recommendations: [], changes: [] };
    histories.set(key, history);
    const round = decide(autoscaler, target, current, history);
    const rescales = round.desired !== current;
    if (rescales) {
      const sized = (live: ApiObject): ApiObject => ({
        ...live,
        spec: { ...objectAt(live, "spec"), replicas: round.desired },
      });
      registry.modify(resource, namespace, target.metadata.name ?? "", sized, { manager: CONTROLLER_MANAGER });
      history.changes.push({ at: clock.now(), by: round.desired - current });
      events.event(autoscaler, "Normal", "SuccessfulRescale", `New size: ${round.desired}; reason: ${round.reason}`);
    }
    write(autoscaler, current, round, rescales ? formatTime(clock.now()) : undefined);
  }

  function decide(autoscaler: ApiObject, target: ApiObject, current: number, history: History): Round {
    const spec = objectAt(autoscaler, "spec");
    const least = numberAt(spec, "minReplicas") ?? 1;
    const most = numberAt(spec, "maxReplicas") ?? 1;
    if (current === 0 && least !== 0) {
      const why = "scaling is disabled since the replica count of the target is zero";
      return { desired: 0, reason: "", conditions: [GOT_SCALE, ["ScalingActive", "False", "ScalingDisabled", why]] };
    }
    if (current > most)
      return {
        desired: most,
        reason: "Current number of replicas above Spec.MaxReplicas",
        conditions: [rescaled(most)],
      };
    if (current < least)
      return {
        desired: least,
        reason: "Current number of replicas below Spec.MinReplicas",
        conditions: [rescaled(least)],
      };
    const selector = objectAt(objectAt(target, "spec"), "selector") as LabelSelector | undefined;
    const selected = pods
      .list(autoscaler.metadata.namespace ?? "")
      .filter((pod) => isActive(pod) && matchesSelector(selector, pod.metadata.labels));
    let readings: Reading[];
    try {
      readings = objectsAt(spec, "metrics").map((metric) => readMetric(metric, selected, current));
    } catch (error) {
      if (!(error instanceof MetricError)) throw error;
      events.event(autoscaler, "Warning", "FailedGetResourceMetric", error.message);
      const why = `the HPA was unable to compute the replica count: ${error.message}`;
      return {
        desired: current,
        reason: "",
        conditions: [GOT_SCALE, ["ScalingActive", "False", "FailedGetResourceMetric", why]],
      };
    }
    return sizeFor(readings, { current, least, most, behavior: objectAt(spec, "behavior"), history });
  }

  function sizeFor(
    readings: readonly Reading[],
    bounds: { current: number; least: number; most: number; behavior: JsonObject | undefined; history: History },
  ): Round {
    const { current, least, most, behavior, history } = bounds;
    const now = clock.now();
    const highest = readings.reduce((top, one) => (one.replicas > top.replicas ? one : top));
    trim(history, now);
    history.recommendations.push({ at: now, replicas: highest.replicas });
    const held = stabilized(history, behavior, current, now);
    const possible = reach(history, behavior, current, now);
    const reachable = Math.min(Math.max(held, possible.fewest), possible.most);
    const desired = Math.min(Math.max(reachable, least), most);
    const able: Verdict =
      desired !== current
        ? rescaled(desired)
        : held > highest.replicas
          ? [
              "AbleToScale",
              "True",
              "ScaleDownStabilized",
              "recent recommendations were higher than current one, applying the highest recent recommendation",
            ]
          : ["AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size"];
    const found = `the HPA was able to successfully calculate a replica count from ${highest.description}`;
    return {
      desired,
      reason: desired > current ? `${highest.description} above target` : "All metrics below target",
      conditions: [able, ["ScalingActive", "True", "ValidMetricFound", found], limited(reachable, held, least, most)],
      currentMetrics: readings.map((reading) => reading.current),
    };
  }

  function write(autoscaler: ApiObject, current: number, round: Round, lastScaleTime?: string): void {
    const before = objectAt(autoscaler, "status");
    const known = objectsAt(before, "conditions") as unknown as Condition[];
    const now = formatTime(clock.now());
    const conditions = new Map(known.map((condition) => [condition.type, condition]));
    for (const [type, status, reason, message] of round.conditions) {
      const earlier = findCondition(known, type);
      const since = earlier?.status === status ? earlier.lastTransitionTime : undefined;
      conditions.set(type, { type, status, lastTransitionTime: since ?? now, reason, message });
    }
    const metrics = round.currentMetrics ?? before?.currentMetrics;
    const scaledAt = lastScaleTime ?? before?.lastScaleTime;
    const status = {
      ...(scaledAt === undefined ? {} : { lastScaleTime: scaledAt }),
      currentReplicas: current,
      desiredReplicas: round.desired,
      ...(metrics === undefined ? {} : { currentMetrics: metrics }),
      conditions: [...conditions.values()],
    };
    if (equalJson(status, before)) return;
    registry.update(AUTOSCALERS, { ...autoscaler, status }, { manager: CONTROLLER_MANAGER, subresource: "status" });
  }
}

const GOT_SCALE: Verdict = [
  "AbleToScale",
  "True",
  "SucceededGetScale",
  "the HPA controller was able to get the target's current scale",
];

function rescaled(replicas: number): Verdict {
  return [
    "AbleToScale",
    "True",
    "SucceededRescale",
    `the HPA controller was able to update the target scale to ${replicas}`,
  ];
}

function limited(reachable: number, held: number, least: number, most: number): Verdict {
  const type = "ScalingLimited";
  if (reachable > most)
    return [type, "True", "TooManyReplicas", "the desired replica count is more than the maximum replica count"];
  if (reachable < least)
    return [type, "True", "TooFewReplicas", "the desired replica count is less than the minimum replica count"];
  if (reachable < held)
    return [type, "True", "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"];
  if (reachable > held)
    return [
      type,
      "True",
      "ScaleDownLimit",
      "the desired replica count is decreasing faster than the maximum scale rate",
    ];
  return [type, "False", "DesiredWithinRange", "the desired count is within the acceptable range"];
}
