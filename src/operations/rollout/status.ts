/**
 * How far a rollout is, from the object alone.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/polymorphichelpers/rollout_status.go
 */
import type { KubernetesObject } from "../../core/object.ts";
import { record } from "../../core/record.ts";
import { conditionsOf, specOf, statusOf } from "../wait/conditions.ts";

export type RolloutStatus =
  | { readonly type: "done" }
  | { readonly type: "pending"; readonly progress: string }
  | { readonly type: "failed"; readonly reason: string };

const DONE: RolloutStatus = { type: "done" };

/** The rollout of a Deployment, DaemonSet or StatefulSet; any other kind fails. */
export function rolloutStatus(object: KubernetesObject): RolloutStatus {
  const status = progressOf(object);
  return status.type === "pending" && specOf(object).paused === true
    ? pending(`${status.progress}; it is paused until it is resumed`)
    : status;
}

function progressOf(object: KubernetesObject): RolloutStatus {
  const { observedGeneration } = statusOf(object);
  const generation = object.metadata?.generation ?? 0;
  const check = CHECKS[object.kind ?? ""];
  if (check === undefined) {
    return {
      type: "failed",
      reason: `a ${object.kind ?? "thing"} has no rollout; a Deployment, DaemonSet or StatefulSet has`,
    };
  }
  const strategy = check.strategy?.(object);
  if (strategy !== undefined && strategy !== "RollingUpdate") {
    return {
      type: "failed",
      reason: `rollout status is only available for the RollingUpdate strategy, not ${strategy}`,
    };
  }
  if (numberOf(observedGeneration) < generation) {
    return { type: "pending", progress: "its controller has not seen the latest change yet" };
  }
  return check.progress(object);
}

const CHECKS: Readonly<
  Record<
    string,
    { strategy?: (object: KubernetesObject) => string; progress: (object: KubernetesObject) => RolloutStatus }
  >
> = {
  Deployment: { progress: deployment },
  DaemonSet: { strategy: updateStrategy, progress: daemonSet },
  StatefulSet: { strategy: updateStrategy, progress: statefulSet },
};

function deployment(object: KubernetesObject): RolloutStatus {
  const exceeded = conditionsOf(object).find(
    ({ type, reason }) => type === "Progressing" && reason === "ProgressDeadlineExceeded",
  );
  if (exceeded !== undefined)
    return { type: "failed", reason: `it exceeded its progress deadline (${exceeded.message ?? ""})` };
  const { replicas, updatedReplicas, availableReplicas } = statusOf(object);
  const wanted = numberOf(specOf(object).replicas, 1);
  const total = numberOf(replicas);
  const updated = numberOf(updatedReplicas);
  const available = numberOf(availableReplicas);
  if (updated < wanted) return pending(`${updated} of ${wanted} new replicas have been updated`);
  if (total > updated) return pending(`${total - updated} old replicas are pending termination`);
  return available < updated ? pending(`${available} of ${updated} updated replicas are available`) : DONE;
}

function daemonSet(object: KubernetesObject): RolloutStatus {
  const { desiredNumberScheduled, updatedNumberScheduled, numberAvailable } = statusOf(object);
  const desired = numberOf(desiredNumberScheduled);
  const updated = numberOf(updatedNumberScheduled);
  const available = numberOf(numberAvailable);
  if (updated < desired) return pending(`${updated} of ${desired} new pods have been updated`);
  return available < desired ? pending(`${available} of ${desired} updated pods are available`) : DONE;
}

function statefulSet(object: KubernetesObject): RolloutStatus {
  const { readyReplicas, updatedReplicas, currentRevision, updateRevision } = statusOf(object);
  const { replicas, updateStrategy: strategy } = specOf(object);
  const wanted = numberOf(replicas, 1);
  const ready = numberOf(readyReplicas);
  if (ready < wanted) return pending(`${ready} of ${wanted} pods are ready`);
  const { partition } = record(record(strategy).rollingUpdate);
  if (typeof partition === "number" && partition > 0) {
    const updated = numberOf(updatedReplicas);
    const toUpdate = wanted - partition;
    return updated < toUpdate
      ? pending(`${updated} of ${toUpdate} new pods have been updated, partition ${partition}`)
      : DONE;
  }
  return currentRevision === updateRevision
    ? DONE
    : pending(`${numberOf(updatedReplicas)} pods are at revision ${String(updateRevision)}`);
}

function updateStrategy(object: KubernetesObject): string {
  const { type } = record(specOf(object).updateStrategy);
  return typeof type === "string" && type !== "" ? type : "RollingUpdate";
}

function pending(progress: string): RolloutStatus {
  return { type: "pending", progress };
}

function numberOf(value: unknown, otherwise = 0): number {
  return typeof value === "number" ? value : otherwise;
}
