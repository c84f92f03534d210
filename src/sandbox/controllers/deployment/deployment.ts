import { isDeepStrictEqual } from "node:util";
import { isEmptySelector, matchesSelector } from "../../model/label-selector.ts";
import type { Pod } from "../../pods/pod.ts";
import { findCondition, isTerminal } from "../../pods/pod.ts";
import type { Deployment, DeploymentStatus, ReplicaSet } from "../kinds.ts";
import { claimObjects, controllerOf } from "../ownership.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "../runtime/runtime.ts";
import { revisionOf } from "./annotations.ts";
import { Rollout } from "./replica-sets.ts";
import {
  byCreation,
  isRollingUpdate,
  isSaturated,
  isScaling,
  newReplicaSetSize,
  scaleDownOld,
  scaleProportionally,
  sizeOf,
  sum,
} from "./rolling.ts";
import {
  condition,
  countStatus,
  isComplete,
  progressDeadline,
  rolloutStatus,
  untilDeadline,
  withCondition,
} from "./status.ts";

/**
 * Deployments: ReplicaSets per template, rolled over within maxSurge and maxUnavailable.
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/deployment
 */
export function startDeploymentController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const deployments = runtime.informer<Deployment>("deployments.apps");
  const replicaSets = runtime.informer<ReplicaSet>("replicasets.apps");
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder("deployment-controller");
  const queue = runtime.queue(reconcile, { latencyMs: REACTION_MS });

  const enqueueOwner = (replicaSet: ReplicaSet): void => {
    const owner = controllerOf(replicaSet);
    const { namespace = "" } = replicaSet.metadata;
    if (owner?.kind === "Deployment") queue.add(`${namespace}/${owner.name}`);
    if (owner !== undefined) return;
    for (const deployment of deployments.list(namespace)) {
      if (matchesSelector(deployment.spec.selector, replicaSet.metadata.labels)) queue.add(keyOf(deployment));
    }
  };
  deployments.watch(({ object }) => queue.add(keyOf(object)));
  replicaSets.watch(({ object }) => enqueueOwner(object));
  // Recreate waits for the last old pod to be gone, which no ReplicaSet's status tells.
  pods.watch(({ type, object }) => {
    const { namespace = "" } = object.metadata;
    const owner = type === "DELETED" ? controllerOf(object) : undefined;
    const replicaSet = owner?.kind === "ReplicaSet" ? replicaSets.get(namespace, owner.name) : undefined;
    const deployment = replicaSet && deployments.get(namespace, controllerOf(replicaSet)?.name ?? "");
    if (deployment?.spec.strategy?.type === "Recreate") queue.add(keyOf(deployment));
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const deployment = deployments.get(namespace, name);
    if (deployment === undefined) return;
    if (isEmptySelector(deployment.spec.selector)) {
      events.event(
        deployment,
        "Warning",
        "SelectingAll",
        "This deployment is selecting all pods. A non-empty selector is required.",
      );
      return;
    }
    const owned = claimObjects({
      registry,
      informer: replicaSets,
      resource: "replicasets.apps",
      owner: deployment,
      selector: deployment.spec.selector,
    });
    const rollout = new Rollout(runtime, events, deployment, owned);
    if (deployment.metadata.deletionTimestamp !== undefined) {
      writeCounts(rollout);
      return;
    }
    notePause(rollout);
    if (deployment.spec.paused === true) {
      rollout.adoptRevision(false);
      scale(rollout);
      cleanUp(rollout);
      writeCounts(rollout);
      return;
    }
    if (isScaling(rollout.deployment, owned)) {
      rollout.adoptRevision(false);
      scale(rollout);
      writeCounts(rollout);
      return;
    }
    if (isRollingUpdate(deployment)) roll(rollout);
    else recreate(rollout);
    writeProgress(rollout);
  }

  function roll(rollout: Rollout): void {
    rollout.adoptRevision(true);
    const { newest } = rollout;
    if (newest === undefined) return;
    const replicas = rollout.deployment.spec.replicas ?? 1;
    const size = sizeOf(newest);
    const target = size > replicas ? replicas : newReplicaSetSize(rollout.deployment, rollout.all, size);
    if (size !== replicas && rollout.resize(newest, target)) return;
    const down = scaleDownOld(rollout.deployment, newest, rollout.old);
    for (const { replicaSet, replicas: next } of down) rollout.resize(replicaSet, next);
    if (down.length === 0 && isComplete(rollout.deployment, rollout.deployment.status ?? {})) cleanUp(rollout);
  }

  function recreate(rollout: Rollout): void {
    rollout.adoptRevision(false);
    const active = rollout.old.filter((one) => sizeOf(one) > 0);
    for (const replicaSet of active) rollout.resize(replicaSet, 0);
    if (active.length > 0 || rollout.old.some(hasPods)) return;
    if (rollout.newest === undefined) rollout.adoptRevision(true);
    if (rollout.newest !== undefined) rollout.resize(rollout.newest, rollout.deployment.spec.replicas ?? 1);
    if (isComplete(rollout.deployment, rollout.deployment.status ?? {})) cleanUp(rollout);
  }

  function hasPods(replicaSet: ReplicaSet): boolean {
    return (
      (replicaSet.status?.replicas ?? 0) > 0 ||
      pods.controlledBy(replicaSet.metadata.uid ?? "").some((pod) => !isTerminal(pod))
    );
  }

  function scale(rollout: Rollout): void {
    const { deployment, newest, old } = rollout;
    const replicas = deployment.spec.replicas ?? 1;
    const active = rollout.all.filter((one) => sizeOf(one) > 0);
    const latestOld = [...old].sort(byCreation).at(-1);
    const only = active.length === 1 ? active[0] : active.length === 0 ? (newest ?? latestOld) : undefined;
    if (only !== undefined) {
      rollout.resize(only, replicas);
    } else if (isSaturated(deployment, newest)) {
      for (const replicaSet of old.filter((one) => sizeOf(one) > 0)) rollout.resize(replicaSet, 0);
    } else if (isRollingUpdate(deployment)) {
      for (const { replicaSet, replicas: next } of scaleProportionally(deployment, active)) {
        rollout.resize(replicaSet, next);
      }
    }
  }

  /** Drops the oldest ReplicaSets beyond the history that the Deployment keeps. */
  function cleanUp(rollout: Rollout): void {
    const limit = rollout.deployment.spec.revisionHistoryLimit;
    if (limit === undefined) return;
    const kept = rollout.old.filter((one) => one.metadata.deletionTimestamp === undefined);
    const surplus = kept.length - limit;
    if (surplus <= 0) return;
    for (const replicaSet of [...kept].sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus)) {
      const { namespace = "", name = "", generation = 0 } = replicaSet.metadata;
      const { replicas = 0, observedGeneration = 0 } = replicaSet.status ?? {};
      if (replicas !== 0 || sizeOf(replicaSet) !== 0 || generation > observedGeneration) continue;
      registry.delete("replicasets.apps", namespace, name, { propagationPolicy: "Background" });
    }
  }

  function notePause(rollout: Rollout): void {
    const { deployment } = rollout;
    if (progressDeadline(deployment) === undefined) return;
    const progress = findCondition(deployment.status?.conditions, "Progressing");
    if (progress?.reason === "ProgressDeadlineExceeded") return;
    const paused = progress?.reason === "DeploymentPaused";
    const now = clock.now();
    const next =
      deployment.spec.paused === true && !paused
        ? condition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now)
        : deployment.spec.paused !== true && paused
          ? condition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now)
          : undefined;
    if (next === undefined) return;
    const conditions = withCondition(deployment.status?.conditions ?? [], next);
    writeStatus(rollout, { ...deployment.status, conditions });
  }

  function writeCounts(rollout: Rollout): void {
    writeStatus(rollout, countStatus(rollout.deployment, rollout.all, rollout.newest, clock.now()));
  }

  function writeProgress(rollout: Rollout): void {
    const now = clock.now();
    const status = rolloutStatus(rollout.deployment, rollout.all, rollout.newest, now);
    writeStatus(rollout, status);
    const left = untilDeadline(rollout.deployment, status, now);
    const done = isComplete(rollout.deployment, status) || sum(rollout.all, sizeOf) === 0;
    if (left !== undefined && !done) queue.addAfter(keyOf(rollout.deployment), Math.max(left, 0) + 1000);
  }

  function writeStatus(rollout: Rollout, status: DeploymentStatus): void {
    if (isDeepStrictEqual(status, rollout.deployment.status ?? {})) return;
    rollout.deployment = registry.update(
      "deployments.apps",
      { ...rollout.deployment, status },
      { manager: CONTROLLER_MANAGER, subresource: "status" },
    ) as Deployment;
  }
}
