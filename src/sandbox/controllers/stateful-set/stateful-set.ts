import { isDeepStrictEqual } from "node:util";
import { matchesSelector } from "../../model/label-selector.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Pod } from "../../pods/pod.ts";
import { REVISION_LABEL, revisionHistory, templateOf } from "../controller-revisions.ts";
import type { ControllerRevision, StatefulSet } from "../kinds.ts";
import { claimObjects, controllerOf, controllerReference } from "../ownership.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "../runtime/runtime.ts";
import { patchHash } from "../template-hash.ts";
import { planStatefulSet } from "./plan.ts";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
const POD_INDEX = "apps.kubernetes.io/pod-index";

/** Pods with names and claims that stay theirs, one after the other. */
export function startStatefulSetController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const sets = runtime.informer<StatefulSet>("statefulsets.apps");
  const pods = runtime.informer<Pod>("pods");
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
    const template = templateOf(revision) ?? set.spec.template;
    const claims = set.spec.volumeClaimTemplates ?? [];
    for (const claim of claims) createClaim(set, claim, name);
    const mounted = claims.map(({ metadata }) => ({
      name: metadata.name,
      persistentVolumeClaim: { claimName: `${metadata.name}-${name}` },
    }));
    const names = new Set(mounted.map((volume) => volume.name));
    const others = (Array.isArray(template.spec.volumes) ? template.spec.volumes : []).filter(
      (volume: { name?: string }) => !names.has(volume.name),
    );
    const volumes = [...others, ...mounted];
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
    tell(set, "SuccessfulCreate", "FailedCreate", what, () => registry.create("pods", namespace, pod, write));
  }

  function createClaim(set: StatefulSet, claim: ApiObject, pod: string): void {
    const { namespace = "", name = "" } = set.metadata;
    const claimName = `${claim.metadata.name}-${pod}`;
    if (registry.get("persistentvolumeclaims", namespace, claimName) !== undefined) return;
    const labels = { ...claim.metadata.labels, ...set.spec.selector.matchLabels };
    const { whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
    const ownerReferences = whenDeleted === "Delete" ? [controllerReference(set)] : undefined;
    const metadata = {
      ...claim.metadata,
      name: claimName,
      namespace,
      labels,
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    };
    const what = `create Claim ${claimName} Pod ${pod} in StatefulSet ${name}`;
    tell(set, "SuccessfulCreate", "FailedCreate", what, () =>
      registry.create("persistentvolumeclaims", namespace, { metadata, spec: claim.spec }, write),
    );
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
