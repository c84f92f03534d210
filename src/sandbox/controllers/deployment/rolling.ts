import type { Deployment, ReplicaSet } from "../kinds.ts";
import { resolveIntOrPercent } from "../kinds.ts";
import { DESIRED_REPLICAS, MAX_REPLICAS } from "./annotation-names.ts";

/** One ReplicaSet's next size. */
export interface Resize {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
}

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? "RollingUpdate") === "RollingUpdate";
}

/** Surge and unavailability in pods. Where both come out as 0 one pod may be unavailable, or nothing could ever move. */
export function fenceposts(deployment: Deployment): { surge: number; unavailable: number } {
  const replicas = deployment.spec.replicas ?? 1;
  const { maxSurge: surge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {};
  const extra = resolveIntOrPercent(surge, replicas, "up");
  const missing = resolveIntOrPercent(maxUnavailable, replicas, "down");
  return { surge: extra, unavailable: extra === 0 && missing === 0 ? 1 : missing };
}

export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (!isRollingUpdate(deployment) || replicas === 0) return 0;
  return Math.min(fenceposts(deployment).unavailable, replicas);
}

export function sizeOf(replicaSet: ReplicaSet): number {
  return replicaSet.spec.replicas ?? 1;
}

export function available(replicaSet: ReplicaSet): number {
  return replicaSet.status?.availableReplicas ?? 0;
}

export function sum(replicaSets: readonly ReplicaSet[], of: (replicaSet: ReplicaSet) => number): number {
  return replicaSets.reduce((total, replicaSet) => total + of(replicaSet), 0);
}

/** The size that the new ReplicaSet may have now, beside `all` ReplicaSets (itself among them once it exists). */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], current: number): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (!isRollingUpdate(deployment)) return replicas;
  const room = replicas + maxSurge(deployment) - sum(all, sizeOf);
  if (room <= 0) return current;
  return current + Math.min(room, replicas - current);
}

/**
 * How far old ReplicaSets go down in this step: unhealthy pods first, then healthy ones as far as availability allows.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/deployment/rolling.go
 */
export function scaleDownOld(deployment: Deployment, newest: ReplicaSet, old: readonly ReplicaSet[]): Resize[] {
  const minAvailable = (deployment.spec.replicas ?? 1) - maxUnavailable(deployment);
  const newUnavailable = sizeOf(newest) - available(newest);
  const budget = sum([...old, newest], sizeOf) - minAvailable - newUnavailable;
  if (sum(old, sizeOf) === 0 || budget <= 0) return [];
  const oldestFirst = old.filter((replicaSet) => sizeOf(replicaSet) > 0).sort(byCreation);
  const sizes = new Map(oldestFirst.map((replicaSet) => [replicaSet, sizeOf(replicaSet)]));
  let unhealthyLeft = budget;
  for (const replicaSet of oldestFirst) {
    const size = sizeOf(replicaSet);
    const cut = Math.min(unhealthyLeft, size - available(replicaSet));
    if (cut <= 0) continue;
    sizes.set(replicaSet, size - cut);
    unhealthyLeft -= cut;
  }
  let healthyLeft = sum([...old, newest], available) - minAvailable;
  for (const replicaSet of oldestFirst) {
    if (healthyLeft <= 0) break;
    const size = sizes.get(replicaSet) ?? 0;
    const cut = Math.min(size, healthyLeft);
    sizes.set(replicaSet, size - cut);
    healthyLeft -= cut;
  }
  return oldestFirst
    .map((replicaSet) => ({ replicaSet, replicas: sizes.get(replicaSet) ?? 0 }))
    .filter((resize) => resize.replicas !== sizeOf(resize.replicaSet));
}

/**
 * A scaled Deployment in the middle of a rollout spreads the change over its ReplicaSets by their sizes; what rounding
 * leaves goes to the largest.
 */
export function scaleProportionally(deployment: Deployment, active: readonly ReplicaSet[]): Resize[] {
  const replicas = deployment.spec.replicas ?? 1;
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - sum(active, sizeOf);
  const newestFirst = toAdd > 0;
  const sorted = [...active].sort(
    (a, b) => sizeOf(b) - sizeOf(a) || (newestFirst ? byCreation(b, a) : byCreation(a, b)),
  );
  let added = 0;
  const resizes = sorted.map((replicaSet) => {
    const share = toAdd === 0 ? 0 : shareOf(replicaSet, deployment, toAdd, added);
    added += share;
    return { replicaSet, replicas: sizeOf(replicaSet) + share };
  });
  const leftover = toAdd - added;
  return resizes.map((resize, at) =>
    at === 0 ? { ...resize, replicas: Math.max(0, resize.replicas + leftover) } : resize,
  );
}

function shareOf(replicaSet: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  const left = toAdd - added;
  const fraction = fractionOf(replicaSet, deployment);
  return toAdd > 0 ? Math.min(fraction, left) : Math.max(fraction, left);
}

function fractionOf(replicaSet: ReplicaSet, deployment: Deployment): number {
  const replicas = deployment.spec.replicas ?? 1;
  if (replicas === 0) return -sizeOf(replicaSet);
  const before = Number(replicaSet.metadata.annotations?.[MAX_REPLICAS]) || deployment.status?.replicas || 0;
  if (before === 0) return 0;
  return Math.round((sizeOf(replicaSet) * (replicas + maxSurge(deployment))) / before) - sizeOf(replicaSet);
}

/** The Deployment's `replicas` changed since the sizes were last written down. */
export function isScaling(deployment: Deployment, replicaSets: readonly ReplicaSet[]): boolean {
  return replicaSets.some((replicaSet) => {
    const desired = replicaSet.metadata.annotations?.[DESIRED_REPLICAS];
    return sizeOf(replicaSet) > 0 && desired !== undefined && Number(desired) !== (deployment.spec.replicas ?? 1);
  });
}

/** Wholly rolled out at the size wanted. */
export function isSaturated(deployment: Deployment, newest: ReplicaSet | undefined): boolean {
  const replicas = deployment.spec.replicas ?? 1;
  return (
    newest !== undefined &&
    Number(newest.metadata.annotations?.[DESIRED_REPLICAS]) === replicas &&
    sizeOf(newest) === replicas &&
    available(newest) === replicas
  );
}

/** Oldest first, by name among equals. */
export function byCreation(a: ReplicaSet, b: ReplicaSet): number {
  const left = a.metadata.creationTimestamp ?? "";
  const right = b.metadata.creationTimestamp ?? "";
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1;
}
