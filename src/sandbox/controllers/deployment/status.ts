import { formatTime } from "../../model/clock.ts";
import type { Condition } from "../../pods/pod.ts";
import { findCondition } from "../../pods/pod.ts";
import type { Deployment, DeploymentStatus, ReplicaSet } from "../kinds.ts";
import { nonZero, present } from "../kinds.ts";
import { available, maxUnavailable, sizeOf, sum } from "./rolling.ts";

/** A Deployment without a deadline: what the API's default is not, but what the largest value means. */
const NO_DEADLINE = 2 ** 31 - 1;

export function progressDeadline(deployment: Deployment): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds;
  return seconds === undefined || seconds === NO_DEADLINE ? undefined : seconds;
}

export function condition(type: string, status: string, reason: string, message: string, now: number): Condition {
  const time = formatTime(now);
  return { type, status, lastUpdateTime: time, lastTransitionTime: time, reason, message };
}

/** Puts a condition last unless one of its type has the same status and reason; the transition time tells of status. */
export function withCondition(conditions: readonly Condition[], next: Condition): Condition[] {
  const current = findCondition(conditions, next.type);
  if (current?.status === next.status && current.reason === next.reason) return [...conditions];
  const since = current?.status === next.status ? current.lastTransitionTime : next.lastTransitionTime;
  return [
    ...without(conditions, next.type),
    { ...next, ...(since === undefined ? {} : { lastTransitionTime: since }) },
  ];
}

export function without(conditions: readonly Condition[], type: string): Condition[] {
  return conditions.filter((one) => one.type !== type);
}

/** Counts and availability, from the ReplicaSets' own status. */
export function countStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const ready = sum(all, available);
  const enough = ready >= (deployment.spec.replicas ?? 1) - maxUnavailable(deployment);
  const availability = enough
    ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now)
    : condition(
        "Available",
        "False",
        "MinimumReplicasUnavailable",
        "Deployment does not have minimum availability.",
        now,
      );
  return present<DeploymentStatus>({
    observedGeneration: deployment.metadata.generation,
    replicas: nonZero(sum(all, (one) => one.status?.replicas ?? 0)),
    updatedReplicas: nonZero(newest?.status?.replicas ?? 0),
    readyReplicas: nonZero(sum(all, (one) => one.status?.readyReplicas ?? 0)),
    availableReplicas: nonZero(ready),
    unavailableReplicas: nonZero(Math.max(0, sum(all, sizeOf) - ready)),
    terminatingReplicas: sum(all, (one) => one.status?.terminatingReplicas ?? 0),
    collisionCount: deployment.status?.collisionCount,
    conditions: withCondition(deployment.status?.conditions ?? [], availability),
  });
}

export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

function isProgressing(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus): number => (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > (before.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** Milliseconds until the deadline passes (negative: passed); undefined when no deadline runs. */
export function untilDeadline(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const deadline = progressDeadline(deployment);
  const progress = findCondition(status.conditions, "Progressing");
  if (deadline === undefined || progress === undefined) return undefined;
  if (progress.reason === "NewReplicaSetAvailable" || progress.reason === "ProgressDeadlineExceeded") return undefined;
  return Date.parse(progress.lastUpdateTime ?? "") + deadline * 1000 - now;
}

/** The counts together with what they mean for the rollout: the `Progressing` and `ReplicaFailure` conditions. */
export function rolloutStatus(
  deployment: Deployment,
  all: readonly ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const before = deployment.status ?? {};
  const status = countStatus(deployment, all, newest, now);
  let conditions = status.conditions ?? [];
  const subject = newest === undefined ? "Deployment" : "ReplicaSet";
  const name = JSON.stringify((newest ?? deployment).metadata.name);
  const progress = findCondition(conditions, "Progressing");
  const settled = status.replicas === status.updatedReplicas && progress?.reason === "NewReplicaSetAvailable";
  if (progressDeadline(deployment) === undefined) {
    conditions = without(conditions, "Progressing");
  } else if (!settled) {
    if (isComplete(deployment, status)) {
      const message = `${subject} ${name} has successfully progressed.`;
      conditions = withCondition(conditions, condition("Progressing", "True", "NewReplicaSetAvailable", message, now));
    } else if (isProgressing(before, status)) {
      const message = `${subject} ${name} is progressing.`;
      const next = condition("Progressing", "True", "ReplicaSetUpdated", message, now);
      const since = progress?.status === "True" ? progress.lastTransitionTime : undefined;
      conditions = [
        ...without(conditions, "Progressing"),
        { ...next, ...(since === undefined ? {} : { lastTransitionTime: since }) },
      ];
    } else if ((untilDeadline(deployment, status, now) ?? 1) <= 0) {
      const message = `${subject} ${name} has timed out progressing.`;
      conditions = withCondition(
        conditions,
        condition("Progressing", "False", "ProgressDeadlineExceeded", message, now),
      );
    }
  }
  const failure = replicaFailure(all, newest);
  conditions = failure === undefined ? without(conditions, "ReplicaFailure") : withCondition(conditions, failure);
  return { ...status, conditions };
}

function replicaFailure(all: readonly ReplicaSet[], newest: ReplicaSet | undefined): Condition | undefined {
  const of = (one: ReplicaSet | undefined) => findCondition(one?.status?.conditions, "ReplicaFailure");
  const failure = of(newest) ?? all.map(of).find((one) => one !== undefined);
  if (failure === undefined) return undefined;
  return { ...failure, ...(failure.lastTransitionTime ? { lastUpdateTime: failure.lastTransitionTime } : {}) };
}
