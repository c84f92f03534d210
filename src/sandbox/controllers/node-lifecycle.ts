import { isDeepStrictEqual } from "node:util";
import { formatTime } from "../model/clock.ts";
import { NOT_READY_TAINT, UNREACHABLE_TAINT, UNSCHEDULABLE_TAINT } from "../model/node-taints.ts";
import type { Node, Pod, Taint } from "../pods/pod.ts";
import { findCondition, isReady, isTerminal } from "../pods/pod.ts";
import { ignoringNotFound } from "./ownership.ts";
import { CONTROLLER_MANAGER, type Runtime } from "./runtime/runtime.ts";

/** Taints by the condition's type and the status that calls for them. */
const CONDITION_TAINTS: readonly (readonly [type: string, status: string, taint: string])[] = [
  ["Ready", "False", NOT_READY_TAINT],
  ["Ready", "Unknown", UNREACHABLE_TAINT],
  ["MemoryPressure", "True", "node.kubernetes.io/memory-pressure"],
  ["DiskPressure", "True", "node.kubernetes.io/disk-pressure"],
  ["NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable"],
  ["PIDPressure", "True", "node.kubernetes.io/pid-pressure"],
];
const MANAGED: ReadonlySet<string> = new Set([UNSCHEDULABLE_TAINT, ...CONDITION_TAINTS.map(([, , taint]) => taint)]);

/** Of these two the node's pods feel the effect as well. */
const EVICTING: ReadonlySet<string> = new Set([NOT_READY_TAINT, UNREACHABLE_TAINT]);

/**
 * Makes taints of nodes' conditions, and pods unready whose node is not ready. A node that has not said yet whether
 * it is ready keeps the taint it came with.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
export function startNodeLifecycleController(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const nodes = runtime.informer<Node>("nodes");
  const pods = runtime.informer<Pod>("pods");
  const events = runtime.recorder("node-controller");
  const write = { manager: CONTROLLER_MANAGER };
  const queue = runtime.queue((name) => {
    const node = nodes.get("", name);
    const ready = readiness(node);
    if (node === undefined || ready === undefined) return;
    const taints = wantedTaints(node, formatTime(clock.now()));
    if (!isDeepStrictEqual(taints, node.spec?.taints ?? [])) {
      const { taints: _, ...spec } = node.spec ?? {};
      registry.update("nodes", { ...node, spec: taints.length === 0 ? spec : { ...spec, taints } }, write);
    }
    if (ready === "True") return;
    for (const pod of pods.by("node", name)) if (isReady(pod) && !isTerminal(pod)) markNotReady(pod);
  });

  pods.addIndex("node", (pod) => pod.spec.nodeName);
  nodes.watch(({ type, object, previous }) => {
    if (type === "DELETED") return;
    const relevant = (node: Node): unknown => [
      node.spec,
      node.status?.conditions?.map((one) => [one.type, one.status]),
    ];
    if (previous !== undefined && isDeepStrictEqual(relevant(object), relevant(previous))) return;
    const name = object.metadata.name ?? "";
    if (readiness(previous) === "True" && readiness(object) !== "True") {
      events.event(object, "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
    }
    queue.add(name);
  });

  function markNotReady(pod: Pod): void {
    const { namespace = "", name = "", uid } = pod.metadata;
    const time = formatTime(clock.now());
    const mark = (live: Pod): Pod | undefined =>
      live.metadata.uid !== uid
        ? undefined
        : {
            ...live,
            status: {
              ...live.status,
              conditions: (live.status?.conditions ?? []).map((condition) =>
                condition.type === "Ready" ? { ...condition, status: "False", lastTransitionTime: time } : condition,
              ),
            },
          };
    const marked = ignoringNotFound(() =>
      registry.modify("pods", namespace, name, (live) => mark(live as Pod), { ...write, subresource: "status" }),
    );
    if (marked !== undefined) events.event(pod, "Warning", "NodeNotReady", "Node is not ready");
  }
}

function readiness(node: Node | undefined): string | undefined {
  return findCondition(node?.status?.conditions, "Ready")?.status;
}

/** The node's own taints, then those that its conditions call for; one that stays keeps its time. */
function wantedTaints(node: Node, now: string): Taint[] {
  const present = node.spec?.taints ?? [];
  const keys = CONDITION_TAINTS.filter(
    ([type, status]) => findCondition(node.status?.conditions, type)?.status === status,
  ).map(([, , taint]) => taint);
  if (node.spec?.unschedulable === true) keys.push(UNSCHEDULABLE_TAINT);
  const wanted = keys.flatMap((key): Taint[] => [
    { key, effect: "NoSchedule", timeAdded: now },
    ...(EVICTING.has(key) ? [{ key, effect: "NoExecute", timeAdded: now }] : []),
  ]);
  const isSame = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect;
  const isManaged = ({ key, effect }: Taint): boolean =>
    effect === "NoSchedule" ? MANAGED.has(key) : effect === "NoExecute" && EVICTING.has(key);
  const kept = present.filter((taint) => !isManaged(taint) || wanted.some((one) => isSame(one, taint)));
  return [...kept, ...wanted.filter((taint) => !kept.some((one) => isSame(one, taint)))];
}
