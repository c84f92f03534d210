import { isDeepStrictEqual } from "node:util";
import { formatTime } from "../model/clock.ts";
import { matchesLabels, matchesSelector } from "../model/label-selector.ts";
import type { ApiObject } from "../model/object.ts";
import type { Condition, Pod } from "../pods/pod.ts";
import { availableIn, isActive, isReady, isTerminal } from "../pods/pod.ts";
import type { ReplicaSet, ReplicaSetStatus, ReplicationController } from "./kinds.ts";
import { present } from "./kinds.ts";
import { claimObjects, controllerOf } from "./ownership.ts";
import { createPodControl } from "./pod-control.ts";
import { podsToDelete } from "./pod-ranking.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import type { Runtime } from "./runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "./runtime/runtime.ts";

/** Pods made or deleted in one go; what remains follows in the next turn. */
const BURST = 500;

/** A kind that keeps up a number of pods, and how to read it as a ReplicaSet. */
interface ReplicaKind<T extends ApiObject> {
  readonly kind: string;
  readonly resource: string;
  /** In whose name its events are written. */
  readonly component: string;
  /** The same object, with its own kind and metadata, and the spec of a ReplicaSet. */
  toReplicaSet(object: T): ReplicaSet;
  /** What its status holds of a ReplicaSet's. */
  toStatus(status: ReplicaSetStatus): T["status"];
}

const REPLICA_SET: ReplicaKind<ReplicaSet> = {
  kind: "ReplicaSet",
  resource: "replicasets.apps",
  component: "replicaset-controller",
  toReplicaSet: (replicaSet) => replicaSet,
  toStatus: (status) => status,
};

/** https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/replication/conversion.go */
const REPLICATION_CONTROLLER: ReplicaKind<ReplicationController> = {
  kind: "ReplicationController",
  resource: "replicationcontrollers",
  component: "replication-controller",
  toReplicaSet: ({ spec, ...object }) => ({ ...object, spec: { ...spec, selector: { matchLabels: spec.selector } } }),
  toStatus: ({ terminatingReplicas: _terminating, ...status }) => status,
};

/** Keeps up the pods of ReplicaSets. */
export function startReplicaSetController(runtime: Runtime): void {
  startReplicas(runtime, REPLICA_SET);
}

/** Keeps up the pods of ReplicationControllers, as those of ReplicaSets. */
export function startReplicationController(runtime: Runtime): void {
  startReplicas(runtime, REPLICATION_CONTROLLER);
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/replicaset/replica_set.go */
function startReplicas<T extends ApiObject>(runtime: Runtime, of: ReplicaKind<T>): void {
  const { registry, clock } = runtime;
  const objects = runtime.informer<T>(of.resource);
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder(of.component);
  const control = createPodControl(runtime, events);
  const queue = runtime.queue(reconcile, { latencyMs: REACTION_MS });

  objects.watch(({ object }) => queue.add(keyOf(object)));
  pods.watch(({ object, previous }) => {
    const { namespace = "", labels } = object.metadata;
    for (const owner of [controllerOf(object), previous && controllerOf(previous)]) {
      if (owner?.kind === of.kind) queue.add(`${namespace}/${owner.name}`);
    }
    if (controllerOf(object) !== undefined) return;
    for (const one of objects.list(namespace)) {
      if (matchesSelector(of.toReplicaSet(one).spec.selector, labels)) queue.add(keyOf(one));
    }
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const object = objects.get(namespace, name);
    if (object === undefined) return;
    const replicaSet = of.toReplicaSet(object);
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
    const { namespace = "", name = "", uid = "" } = before.metadata;
    const object = objects.get(namespace, name);
    if (object === undefined || object.metadata.uid !== uid) return;
    const owned = pods.controlledBy(uid);
    const { status: counted, nextAvailableMs } = replicaSetStatus(of.toReplicaSet(object), owned, failure, clock.now());
    if (nextAvailableMs !== undefined) queue.addAfter(key, nextAvailableMs);
    const status = of.toStatus(counted);
    if (isDeepStrictEqual(status, object.status)) return;
    registry.update(of.resource, { ...object, status }, { manager: CONTROLLER_MANAGER, subresource: "status" });
  }
}

/** The status that its pods give a ReplicaSet, and when a ready pod among them will next count as available. */
export function replicaSetStatus(
  replicaSet: ReplicaSet,
  pods: readonly Pod[],
  failure: unknown,
  now: number,
): { status: ReplicaSetStatus; nextAvailableMs: number | undefined } {
  const active = pods.filter(isActive);
  const terminating = pods.filter((pod) => !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined);
  const templateLabels = replicaSet.spec.template.metadata?.labels ?? {};
  const waits = active
    .map((pod) => availableIn(pod, replicaSet.spec.minReadySeconds ?? 0, now))
    .filter((wait) => wait !== undefined);
  const later = waits.filter((wait) => wait > 0);
  const conditions = failureCondition(replicaSet, active.length, failure, now);
  const count = (number: number): number | undefined => (number === 0 ? undefined : number);
  const status = present<ReplicaSetStatus>({
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
