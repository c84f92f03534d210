import { formatTime } from "../model/clock.ts";
import type { Node, Pod, Taint } from "../pods/pod.ts";
import { tolerates } from "../pods/scheduling.ts";
import { ignoringNotFound } from "./ownership.ts";
import { keyOf, splitKey } from "./runtime/informer.ts";
import { CONTROLLER_MANAGER, type Runtime } from "./runtime/runtime.ts";

/**
 * Deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer: a toleration with seconds holds
 * that long from when the taint is first seen.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/tainteviction/taint_eviction.go
 */
export function startTaintEvictionController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const nodes = runtime.informer<Node>("nodes");
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder("taint-eviction-controller");
  /** When each pod that is to go was first seen on its tainted node, by uid. */
  const since = new Map<string, number>();
  const queue = runtime.queue(reconcile);

  const isTainted = (pod: Pod): boolean => executing(nodes.get("", pod.spec.nodeName ?? "")).length > 0;
  pods.addIndex("node", (pod) => pod.spec.nodeName);
  pods.watch(({ type, object, previous }) => {
    const { uid = "" } = object.metadata;
    if (type === "DELETED") since.delete(uid);
    else if (object.spec.nodeName !== previous?.spec.nodeName && isTainted(object)) queue.add(keyOf(object));
  });
  nodes.watch(({ type, object, previous }) => {
    if (type === "DELETED" || executing(object).length + executing(previous).length === 0) return;
    for (const pod of pods.by("node", object.metadata.name ?? "")) queue.add(keyOf(pod));
  });

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const { uid = "" } = pod.metadata;
    const taints = executing(nodes.get("", pod.spec.nodeName ?? ""));
    const stayMs = toleratedMs(pod, taints);
    if (stayMs === Number.POSITIVE_INFINITY) {
      if (since.delete(uid)) events.event(pod, "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`);
      return;
    }
    const first = since.get(uid) ?? clock.now();
    since.set(uid, first);
    const waitMs = first + stayMs - clock.now();
    if (waitMs > 0) queue.addAfter(key, waitMs);
    else evict(pod, key);
  }

  function evict(pod: Pod, key: string): void {
    const { namespace = "", name = "", uid = "" } = pod.metadata;
    events.event(pod, "Normal", "TaintManagerEviction", `Marking for deletion Pod ${key}`);
    const disruption = {
      type: "DisruptionTarget",
      status: "True",
      reason: "DeletionByTaintManager",
      message: "Taint manager: deleting due to NoExecute taint",
      lastTransitionTime: formatTime(clock.now()),
    };
    ignoringNotFound(() => {
      const write = { manager: CONTROLLER_MANAGER, subresource: "status" };
      registry.modify("pods", namespace, name, (live) => withCondition(live as Pod, disruption), write);
      registry.delete("pods", namespace, name, { uid });
    });
  }
}

function withCondition(pod: Pod, condition: NonNullable<NonNullable<Pod["status"]>["conditions"]>[number]): Pod {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  return { ...pod, status: { ...pod.status, conditions: [...others, condition] } };
}

function executing(node: Node | undefined): Taint[] {
  return (node?.spec?.taints ?? []).filter(({ effect }) => effect === "NoExecute");
}

/** How long the pod may stay in spite of the taints: for the shortest of the tolerations that cover them, or not at all. */
function toleratedMs(pod: Pod, taints: readonly Taint[]): number {
  const tolerations = pod.spec.tolerations ?? [];
  if (!taints.every((taint) => tolerates(tolerations, taint))) return 0;
  const used = tolerations.filter((toleration) => taints.some((taint) => tolerates([toleration], taint)));
  const seconds = used.map(({ tolerationSeconds }) => tolerationSeconds ?? Number.POSITIVE_INFINITY);
  return Math.max(0, Math.min(...seconds)) * 1000;
}
