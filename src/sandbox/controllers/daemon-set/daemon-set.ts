import { isDeepStrictEqual } from "node:util";
import { matchesSelector } from "../../model/label-selector.ts";
import type { Node, Pod } from "../../pods/pod.ts";
import { REVISION_LABEL, revisionHistory } from "../controller-revisions.ts";
import type { ControllerRevision, DaemonSet } from "../kinds.ts";
import { claimObjects, controllerOf } from "../ownership.ts";
import type { NewPod } from "../pod-control.ts";
import { createPodControl } from "../pod-control.ts";
import { keyOf, splitKey } from "../runtime/informer.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { CONTROLLER_MANAGER, REACTION_MS } from "../runtime/runtime.ts";
import { templateHash } from "../template-hash.ts";
import { DAEMON_TOLERATIONS, planDaemonSet } from "./plan.ts";

/** One pod on every node that takes it. */
export function startDaemonSetController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const sets = runtime.informer<DaemonSet>("daemonsets.apps");
  const pods = runtime.informer<Pod>("pods");
  const nodes = runtime.informer<Node>("nodes");
  const revisions = runtime.informer<ControllerRevision>("controllerrevisions.apps");
  const history = revisionHistory<DaemonSet>(runtime, revisions, {
    label: REVISION_LABEL,
    hash: ({ status }, template) => templateHash(template, status?.collisionCount),
  });
  const control = createPodControl(runtime, runtime.recorder("daemonset-controller"));
  const queue = runtime.queue(reconcile, { latencyMs: REACTION_MS });

  sets.watch(({ object }) => queue.add(keyOf(object)));
  nodes.watch(({ type, object, previous }) => {
    const relevant = (node: Node | undefined): unknown => [node?.metadata.labels, node?.spec];
    if (type === "MODIFIED" && isDeepStrictEqual(relevant(object), relevant(previous))) return;
    for (const set of sets.list()) queue.add(keyOf(set));
  });
  pods.watch(({ object, previous }) => {
    const { namespace = "", labels } = object.metadata;
    for (const owner of [controllerOf(object), previous && controllerOf(previous)]) {
      if (owner?.kind === "DaemonSet") queue.add(`${namespace}/${owner.name}`);
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
    const hash = history.current(set, template).metadata.labels?.[REVISION_LABEL] ?? "";
    const plan = planDaemonSet(set, claimed, nodes.list(), hash, clock.now());
    writeStatus(set, plan.status);
    if (set.metadata.deletionTimestamp === undefined) {
      for (const node of plan.create) control.create(set, template, (pod) => daemonPod(pod, node, hash));
    }
    for (const pod of plan.remove) control.delete(set, pod);
    if (plan.againInMs !== undefined) queue.addAfter(key, plan.againInMs);
    const live = new Set([hash, ...claimed.map((pod) => pod.metadata.labels?.[REVISION_LABEL])]);
    history.trim(set, revisionHistoryLimit, (one) => live.has(one.metadata.labels?.[REVISION_LABEL]));
  }

  function writeStatus(set: DaemonSet, status: NonNullable<DaemonSet["status"]>): void {
    if (isDeepStrictEqual(status, set.status)) return;
    const write = { manager: CONTROLLER_MANAGER, subresource: "status" };
    registry.update("daemonsets.apps", { ...set, status }, write);
  }
}

/** A daemon pod is bound to its node by affinity, so that the scheduler still has the last word. */
function daemonPod(pod: NewPod, node: string, hash: string): NewPod {
  const fields = [{ key: "metadata.name", operator: "In", values: [node] }];
  const { affinity, tolerations = [] } = pod.spec;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  const network = pod.spec.hostNetwork === true ? [{ ...NETWORK_UNAVAILABLE }] : [];
  return {
    metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [REVISION_LABEL]: hash } },
    spec: {
      ...pod.spec,
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: terms.map((term) => ({ ...term, matchFields: fields })),
          },
        },
      },
      tolerations: [...tolerations, ...DAEMON_TOLERATIONS.map((toleration) => ({ ...toleration })), ...network],
    },
  };
}

const NETWORK_UNAVAILABLE = {
  key: "node.kubernetes.io/network-unavailable",
  operator: "Exists",
  effect: "NoSchedule",
};
