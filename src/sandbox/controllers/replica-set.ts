import { isDeepStrictEqual } from "node:util";
import { formatTime } from "../model/clock.ts";
import { matchesLabels, matchesSelector } from "../model/label-selector.ts";
import type { Condition, Pod } from "../pods/pod.ts";
import { availableIn, isActive, isReady, isTerminal } from "../pods/pod.ts";
import type { ReplicaSet } from "./kinds.ts";
import { present } from "./kinds.ts";
import { claimObjects, controllerOf } from "./ownership.ts";
import { createPodControl } from "./pod-control.ts";
import { podsToDelete } from "./pod-ranking.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "./runtime/runtime.ts";

/** Pods made or deleted in one go; what remains follows in the next turn. */
const BURST = 500;

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/replicaset/replica_set.go */
export function startReplicaSetController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const replicaSets = runtime.informer<ReplicaSet>("replicasets.apps");
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder("replicaset-controller");
  const control = createPodControl(runtime, events);
  const queue = runtime.queue(reconcile, { latencyMs: REACTION_MS });

  replicaSets.watch(({ object }) => queue.add(keyOf(object)));
  pods.watch(({ object, previous }) => {
    const { namespace = "", labels } = object.metadata;
    for (const owner of [controllerOf(object), previous && controllerOf(previous)]) {
      if (owner?.kind === "ReplicaSet") queue.add(`${namespace}/${owner.name}`);
    }
    if (controllerOf(object) !== undefined) return;
    for (const replicaSet of replicaSets.list(namespace)) {
      if (matchesSelector(replicaSet.spec.selector, labels)) queue.add(keyOf(replicaSet));
    }
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const replicaSet = replicaSets.get(namespace, name);
    if (replicaSet === undefined) return;
    const claimed = claimObjects({
      registry,
      informer: pods,
      resource: "pods",
      owner: replicaSet,
      selector: replicaSet.spec.selector,
    });
    let failure: unknown;
    if (replicaSet.metadata.deletionTimestamp === undefined) {
      try {
        adjust(replicaSet, claimed.filter(isActive));
      } catch (error) {
        failure = error;
      }
    }
    writeStatus(key, replicaSet, failure);
    if (failure !== undefined) throw failure;
  }

  function adjust(replicaSet: ReplicaSet, active: readonly Pod[]): void {
    const missing = (replicaSet.spec.replicas ?? 1) - active.length;
    const pick = podsToDelete(active, Math.min(Math.max(-missing, 0), BURST));
    for (const pod of pick) control.delete(replicaSet, pod);
    for (let made = 0; made < Math.min(missing, BURST); made++) control.create(replicaSet, replicaSet.spec.template);
    if (Math.abs(missing) > BURST) queue.add(keyOf(replicaSet));
  }

  function writeStatus(key: string, before: ReplicaSet, failure: unknown): void {
    const replicaSet = replicaSets.get(before.metadata.namespace ?? "", before.metadata.name ?? "");
    if (replicaSet === undefined || replicaSet.metadata.uid !== before.metadata.uid) return;
    const now = clock.now();
    const { status, nextAvailableMs } = replicaSetStatus(
      replicaSet,
      pods.controlledBy(uidOf(replicaSet)),
      failure,
      now,
    );
    if (nextAvailableMs !== undefined) queue.addAfter(key, nextAvailableMs);
    if (isDeepStrictEqual(status, replicaSet.status)) return;
    registry.update(
      "replicasets.apps",
      { ...replicaSet, status },
      { manager: CONTROLLER_MANAGER, subresource: "status" },
    );
  }
}

function uidOf(object: ReplicaSet): string {
  return object.metadata.uid ?? "";
}

/** The status that its pods give a ReplicaSet, and when a ready pod among them will next count as available. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  failure: unknown,
  now: number,
): { status: NonNullable<ReplicaSet["status"]>; nextAvailableMs: number | undefined } {
  const active = pods.filter(isActive);
  const terminating = pods.filter((pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined);
  const templateLabels = replicaSet.spec.template.metadata?.labels ?? {};
  const waits = active
    .map((pod) => availableIn(pod, replicaSet.spec.minReadySeconds ?? 0, now))
    .filter((wait) => wait !== undefined);
  const later = waits.filter((wait) => wait > 0);
  const conditions = failureCondition(replicaSet, active.length, failure, now);
  const count = (number: number): number | undefined => (number === 0 ? undefined : number);
  const status = present<NonNullable<ReplicaSet["status"]>>({
    replicas: active.length,
    fullyLabeledReplicas: count(active.filter((pod) => matchesLabels(templateLabels, pod.metadata.labels)).length),
    readyReplicas: count(active.filter(isReady).length),
    availableReplicas: count(waits.length - later.length),
    terminatingReplicas: terminating.length,
    observedGeneration: replicaSet.metadata.generation,
    conditions: conditions.length === 0 ? undefined : conditions,
  });
  return { status, nextAvailableMs: later.length === 0 ? undefined : Math.min(...later) };
}

function failureCondition(replicaSet: ReplicaSet, active: number, failure: unknown, now: number): Condition[] {
  const others = (replicaSet.status?.conditions ?? []).filter((one) => one.type !== "ReplicaFailure");
  const current = (replicaSet.status?.conditions ?? []).find((one) => one.type === "ReplicaFailure");
  if (failure === undefined) return others;
  if (current !== undefined) return [...others, current];
  const reason = active < (replicaSet.spec.replicas ?? 1) ? "FailedCreate" : "FailedDelete";
  const message = failure instanceof Error ? failure.message : String(failure);
  return [...others, { type: "ReplicaFailure", status: "True", lastTransitionTime: formatTime(now), reason, message }];
}
