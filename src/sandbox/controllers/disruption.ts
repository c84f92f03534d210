import { isDeepStrictEqual } from "node:util";
import { formatTime } from "../model/clock.ts";
import type { LabelSelector } from "../model/label-selector.ts";
import { matchesSelector } from "../model/label-selector.ts";
import type { ApiObject } from "../model/object.ts";
import type { Condition, Pod } from "../pods/pod.ts";
import { findCondition, isActive, isReady } from "../pods/pod.ts";
import type { Deployment, IntOrPercent, ReplicaSet, ReplicationController, StatefulSet } from "./kinds.ts";
import { present, resolveIntOrPercent } from "./kinds.ts";
import { controllerOf } from "./ownership.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER } from "./runtime/runtime.ts";

interface DisruptionBudget extends ApiObject {
  spec: { minAvailable?: IntOrPercent; maxUnavailable?: IntOrPercent; selector?: LabelSelector };
  status?: {
    observedGeneration?: number;
    disruptedPods?: Record<string, string>;
    disruptionsAllowed: number;
    currentHealthy: number;
    desiredHealthy: number;
    expectedPods: number;
    conditions?: Condition[];
  };
}

/** An eviction that was allowed but whose pod is still there after this time has come to nothing. */
const DISRUPTED_MS = 120_000;

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/disruption/disruption.go */
export function startDisruptionController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const budgets = runtime.informer<DisruptionBudget>("poddisruptionbudgets.policy");
  const pods = runtime.informer<Pod>("pods");
  const replicaSets = runtime.informer<ReplicaSet>("replicasets.apps");
  const deployments = runtime.informer<Deployment>("deployments.apps");
  const statefulSets = runtime.informer<StatefulSet>("statefulsets.apps");
  const replicationControllers = runtime.informer<ReplicationController>("replicationcontrollers");
  const queue = runtime.queue(reconcile);

  budgets.watch(({ object }) => queue.add(keyOf(object)));
  pods.watch(({ object, previous }) => {
    for (const budget of budgets.list(object.metadata.namespace ?? "")) {
      if ([object, previous].some((pod) => pod && selects(budget, pod))) queue.add(keyOf(budget));
    }
  });
  for (const owners of [replicaSets, deployments, statefulSets, replicationControllers]) {
    owners.watch(({ object, previous }) => {
      const size = (one: ApiObject | undefined): unknown => (one as ReplicaSet | undefined)?.spec.replicas;
      if (size(object) === size(previous)) return;
      for (const budget of budgets.list(object.metadata.namespace ?? "")) queue.add(keyOf(budget));
    });
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const budget = budgets.get(namespace, name);
    if (budget === undefined) return;
    const selected = pods.list(namespace).filter((pod) => isActive(pod) && selects(budget, pod));
    const { minAvailable, maxUnavailable } = budget.spec;
    const { expected, desired } = expectation(selected, minAvailable, maxUnavailable);
    const now = clock.now();
    const disrupted = Object.entries(budget.status?.disruptedPods ?? {}).filter(([pod, time]) => {
      const left = Date.parse(time) + DISRUPTED_MS - now;
      if (left <= 0 || !selected.some((one) => one.metadata.name === pod)) return false;
      queue.addAfter(key, left);
      return true;
    });
    const going = new Set(disrupted.map(([pod]) => pod));
    const healthy = selected.filter((pod) => isReady(pod) && !going.has(pod.metadata.name ?? "")).length;
    const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0;
    const status = present<NonNullable<DisruptionBudget["status"]>>({
      observedGeneration: budget.metadata.generation,
      disruptedPods: disrupted.length === 0 ? undefined : Object.fromEntries(disrupted),
      disruptionsAllowed: allowed,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      conditions: conditionsOf(budget, allowed, now),
    });
    if (isDeepStrictEqual(status, budget.status)) return;
    const write = { manager: CONTROLLER_MANAGER, subresource: "status" };
    registry.update("poddisruptionbudgets.policy", { ...budget, status }, write);
  }

  /** Percentages and `maxUnavailable` refer to the size that the pods' controllers want, a plain number to the pods. */
  function expectation(
    selected: readonly Pod[],
    minAvailable: IntOrPercent | undefined,
    maxUnavailable: IntOrPercent | undefined,
  ): { expected: number; desired: number } {
    if (maxUnavailable !== undefined) {
      const expected = scaleOf(selected);
      return { expected, desired: Math.max(0, expected - resolveIntOrPercent(maxUnavailable, expected, "up")) };
    }
    if (typeof minAvailable === "number") return { expected: selected.length, desired: minAvailable };
    const expected = scaleOf(selected);
    return { expected, desired: resolveIntOrPercent(minAvailable ?? 1, expected, "up") };
  }

  function scaleOf(selected: readonly Pod[]): number {
    const sizes = new Map<string, number>();
    for (const pod of selected) {
      const owner = controllerOf(pod);
      const { namespace = "" } = pod.metadata;
      if (owner?.kind === "StatefulSet") {
        sizes.set(owner.uid, statefulSets.get(namespace, owner.name)?.spec.replicas ?? 1);
      } else if (owner?.kind === "ReplicationController") {
        sizes.set(owner.uid, replicationControllers.get(namespace, owner.name)?.spec.replicas ?? 1);
      } else if (owner?.kind === "ReplicaSet") {
        const replicaSet = replicaSets.get(namespace, owner.name);
        const parent = replicaSet && controllerOf(replicaSet);
        const deployment = parent?.kind === "Deployment" ? deployments.get(namespace, parent.name) : undefined;
        sizes.set(parent?.uid ?? owner.uid, (deployment ?? replicaSet)?.spec.replicas ?? 1);
      }
    }
    return [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }
}

function selects(budget: DisruptionBudget, pod: Pod): boolean {
  return matchesSelector(budget.spec.selector, pod.metadata.labels);
}

function conditionsOf(budget: DisruptionBudget, allowed: number, now: number): Condition[] {
  const type = "DisruptionAllowed";
  const status = allowed > 0 ? "True" : "False";
  const before = findCondition(budget.status?.conditions, type);
  const { generation } = budget.metadata;
  return [
    {
      type,
      status,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: (before?.status === status ? before.lastTransitionTime : undefined) ?? formatTime(now),
      reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
      message: "",
    },
  ];
}
