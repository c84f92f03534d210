import { isDeepStrictEqual } from "node:util";
import { matchesSelector } from "../../model/label-selector.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Pod } from "../../pods/pod.ts";
import { REVISION_LABEL, revisionHistory, templateOf } from "../controller-revisions.ts";
import type { ControllerRevision, StatefulSet } from "../kinds.ts";
import { changeOwners, claimObjects, controllerOf, controllerReference } from "../ownership.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "../runtime/runtime.ts";
import { patchHash } from "../template-hash.ts";
import { claimOwners, claimsFor, isClaimOf, isLeftBehind, volumesFor } from "./claims.ts";
import { planStatefulSet } from "./plan.ts";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";

/** Pods with names and claims that stay theirs, one after the other. */
export function startStatefulSetController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const sets = runtime.informer<StatefulSet>("statefulsets.apps");
  const pods = runtime.informer<Pod>("pods");
  const claims = runtime.informer<ApiObject>("persistentvolumeclaims");
  const revisions = runtime.informer<ControllerRevision>("controllerrevisions.apps");
  const history = revisionHistory<StatefulSet>(runtime, revisions, {
    label: "controller.kubernetes.io/hash",
    hash: ({ status }, _template, patch) => patchHash(patch, status?.collisionCount ?? 0),
  });
  const events = runtime.recorder("statefulset-controller");
  const queue = runtime.queue(reconcile, { latencyMs: REACTION_MS });
  const write = { manager: CONTROLLER_MANAGER };

  sets.watch(({ object }) => queue.add(keyOf(object)));
  pods.watch(({ object, previous }) => {
    const { namespace = "", labels } = object.metadata;
    for (const owner of [controllerOf(object), previous && controllerOf(previous)]) {
      if (owner?.kind === "StatefulSet") queue.add(`${namespace}/${owner.name}`);
    }
    if (controllerOf(object) !== undefined) return;
    for (const set of sets.list(namespace)) if (matchesSelector(set.spec.selector, labels)) queue.add(keyOf(set));
  });
  // a pod whose claim has yet to go waits for that
  claims.watch(({ type, object }) => {
    if (type !== "DELETED") return;
    const { namespace, name = "" } = object.metadata;
    for (const set of sets.list(namespace)) if (isClaimOf(set, name)) queue.add(keyOf(set));
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = sets.get(namespace, name);
    if (set === undefined) return;
    const { selector, template, revisionHistoryLimit = 10 } = set.spec;
    const claimed = claimObjects({ registry, informer: pods, resource: "pods", owner: set, selector });
    const update = history.current(set, template);
    const current = history.list(set).find((one) => one.metadata.name === set.status?.currentRevision) ?? update;
    const plan = planStatefulSet(set, claimed, current, update, clock.now());
    writeStatus(set, plan.status);
    if (set.metadata.deletionTimestamp === undefined) for (const pod of claimed) tendClaims(set, pod);
    for (const { ordinal, revision } of plan.create) createPod(set, ordinal, revision);
    for (const pod of plan.remove) deletePod(set, pod);
    if (plan.againInMs !== undefined) queue.addAfter(key, plan.againInMs);
    const live = new Set([current, update].map((one) => one.metadata.name));
    for (const pod of claimed) live.add(pod.metadata.labels?.[REVISION_LABEL]);
    history.trim(set, revisionHistoryLimit, (one) => live.has(one.metadata.name));
  }

  function createPod(set: StatefulSet, ordinal: number, revision: ControllerRevision): void {
    const name = `${set.metadata.name}-${ordinal}`;
    const { namespace = "" } = set.metadata;
    if (liveClaims(set, name).some((claim) => isLeftBehind(claim, name))) return;
    const template = templateOf(revision) ?? set.spec.template;
    const volumes = volumesFor(set, name, template.spec.volumes);
    const { annotations } = template.metadata ?? {};
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name,
        generateName: `${set.metadata.name}-`,
        labels: {
          ...template.metadata?.labels,
          [POD_INDEX]: String(ordinal),
          [REVISION_LABEL]: revision.metadata.name,
          [POD_NAME]: name,
        },
        ...(annotations === undefined ? {} : { annotations }),
        ownerReferences: [controllerReference(set)],
      },
      spec: {
        ...template.spec,
        hostname: name,
        ...(set.spec.serviceName ? { subdomain: set.spec.serviceName } : {}),
        ...(volumes.length === 0 ? {} : { volumes }),
      },
    };
    const what = `create Pod ${name} in StatefulSet ${set.metadata.name}`;
    tell(set, "SuccessfulCreate", "FailedCreate", what, () => {
      createClaims(set, name);
      registry.create("pods", namespace, pod, write);
    });
  }

  /** Those that are there of the claims of one pod. */
  function liveClaims(set: StatefulSet, podName: string): ApiObject[] {
    return claimsFor(set, podName).flatMap(({ metadata: { namespace = "", name = "" } }) => {
      const claim = claims.get(namespace, name);
      return claim === undefined ? [] : [claim];
    });
  }

  function createClaims(set: StatefulSet, podName: string): void {
    const { whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
    const owned = whenDeleted === "Delete" ? { ownerReferences: [controllerReference(set)] } : {};
    for (const { metadata, ...claim } of claimsFor(set, podName)) {
      const { namespace = "", name = "" } = metadata;
      const live = claims.get(namespace, name);
      if (live?.metadata.deletionTimestamp !== undefined) throw new Error(`pvc ${name} is being deleted`);
      if (live !== undefined) continue;
      const what = `create Claim ${name} Pod ${podName} in StatefulSet ${set.metadata.name}`;
      tell(set, "SuccessfulCreate", "FailedCreate", what, () =>
        registry.create("persistentvolumeclaims", namespace, { ...claim, metadata: { ...metadata, ...owned } }, write),
      );
    }
  }

  /** The claims of a pod that is there: each with the owner that it should have, and made anew while the pod waits. */
  function tendClaims(set: StatefulSet, pod: Pod): void {
    const { name = "", deletionTimestamp } = pod.metadata;
    for (const claim of liveClaims(set, name)) {
      const owners = claimOwners(set, pod, claim);
      if (owners !== undefined) changeOwners(registry, "persistentvolumeclaims", claim, () => owners);
    }
    if (pod.status?.phase === "Pending" && deletionTimestamp === undefined) createClaims(set, name);
  }

  function deletePod(set: StatefulSet, pod: Pod): void {
    const { namespace = "", name = "", uid = "" } = pod.metadata;
    const what = `delete Pod ${name} in StatefulSet ${set.metadata.name}`;
    tell(set, "SuccessfulDelete", "FailedDelete", what, () => registry.delete("pods", namespace, name, { uid }));
  }

  function tell(set: StatefulSet, good: string, bad: string, what: string, act: () => unknown): void {
    try {
      act();
      events.event(set, "Normal", good, `${what} successful`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      events.event(set, "Warning", bad, `${what} failed error: ${why}`);
      throw error;
    }
  }

  function writeStatus(set: StatefulSet, status: NonNullable<StatefulSet["status"]>): void {
    if (isDeepStrictEqual(status, set.status)) return;
    registry.update("statefulsets.apps", { ...set, status }, { ...write, subresource: "status" });
  }
}
