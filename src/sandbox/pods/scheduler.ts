import { createActionRecorder } from "../controllers/runtime/events.ts";
import { keyOf, splitKey } from "../controllers/runtime/informer.ts";
import type { Runtime } from "../controllers/runtime/runtime.ts";
import { formatTime } from "../model/clock.ts";
import type { Condition, Node, Pod } from "./pod.ts";
import { findCondition, isTerminal } from "./pod.ts";
import type { Amounts } from "./scheduling.ts";
import { addAmounts, place, podRequests, unschedulableMessage } from "./scheduling.ts";

const SCHEDULER = "default-scheduler";
const MANAGER = "kube-scheduler";

interface Load {
  requested: Amounts;
  pods: number;
}

/** kube-scheduler: gives every pod that names it a node, or says why none will do. */
export function startScheduler(runtime: Runtime): void {
  const { registry, clock } = runtime;
  const pods = runtime.informer<Pod>("pods");
  const nodes = runtime.informer<Node>("nodes");
  const events = createActionRecorder({
    registry,
    clock,
    component: SCHEDULER,
    instance: `${SCHEDULER}-sandbox`,
    manager: MANAGER,
    nextName: runtime.eventName,
  });
  const loads = new Map<string, Load>();
  const unplaced = new Set<string>();
  const queue = runtime.queue(schedule);

  const isMine = (pod: Pod): boolean => (pod.spec.schedulerName ?? SCHEDULER) === SCHEDULER;
  const isPlaced = (pod: Pod): boolean => (pod.spec.nodeName ?? "") !== "";
  const load = (pod: Pod | undefined, sign: 1 | -1): void => {
    if (pod === undefined || !isPlaced(pod) || isTerminal(pod)) return;
    const node = pod.spec.nodeName ?? "";
    const before = loads.get(node) ?? { requested: {}, pods: 0 };
    loads.set(node, { requested: addAmounts(before.requested, podRequests(pod), sign), pods: before.pods + sign });
  };
  const retryUnplaced = (): void => {
    for (const key of unplaced) queue.add(key);
  };

  pods.watch(({ type, object, previous }) => {
    const key = keyOf(object);
    load(previous, -1);
    if (type !== "DELETED") load(object, 1);
    if (type === "DELETED" || isPlaced(object)) unplaced.delete(key);
    else if (isMine(object) && !unplaced.has(key)) queue.add(key);
    const freed = previous !== undefined && isPlaced(previous) && (type === "DELETED" || isTerminal(object));
    if (freed) retryUnplaced();
  });
  nodes.watch(({ type, object, previous }) => {
    const relevant = (node: Node | undefined): string =>
      JSON.stringify([node?.metadata.labels, node?.spec, node?.status?.allocatable]);
    if (type !== "DELETED" && relevant(object) !== relevant(previous)) retryUnplaced();
  });

  function schedule(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = pods.get(namespace, name);
    if (pod === undefined || isPlaced(pod) || !isMine(pod)) return;
    if (pod.metadata.deletionTimestamp !== undefined || isTerminal(pod)) return;
    if ((pod.spec.schedulingGates ?? []).length > 0) {
      const message = "Scheduling is blocked due to non-empty scheduling gates";
      noteCondition(pod, { type: "PodScheduled", status: "False", reason: "SchedulingGated", message });
      return;
    }
    const candidates = nodes.list().map((node) => {
      const { requested, pods: count } = loads.get(node.metadata.name ?? "") ?? { requested: {}, pods: 0 };
      return { node, requested, pods: count };
    });
    const placement = place(pod, candidates);
    if (placement.node !== undefined) {
      bind(pod, placement.node);
      return;
    }
    unplaced.add(key);
    const message = unschedulableMessage(placement.refusal);
    if (findCondition(pod.status?.conditions, "PodScheduled")?.message === message) return;
    events.event(pod, "Warning", "FailedScheduling", "Scheduling", message);
    noteCondition(pod, { type: "PodScheduled", status: "False", reason: "Unschedulable", message });
  }

  function bind(pod: Pod, node: string): void {
    const { namespace = "", name = "" } = pod.metadata;
    const bound = registry.modify(
      "pods",
      namespace,
      name,
      (live) => {
        const scheduled = { type: "PodScheduled", status: "True", lastProbeTime: null, lastTransitionTime: now() };
        return {
          ...live,
          spec: { ...(live as Pod).spec, nodeName: node },
          status: withScheduled(live as Pod, scheduled),
        };
      },
      { manager: MANAGER, subresource: "binding" },
    );
    if (bound === undefined) return;
    events.event(pod, "Normal", "Scheduled", "Binding", `Successfully assigned ${namespace}/${name} to ${node}`);
  }

  function noteCondition(pod: Pod, change: Condition): void {
    const current = findCondition(pod.status?.conditions, "PodScheduled");
    const since = current?.status === change.status ? current.lastTransitionTime : now();
    const { type, status, reason, message } = change;
    const { generation } = pod.metadata;
    const condition = {
      type,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      status,
      lastProbeTime: null,
      lastTransitionTime: since ?? now(),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
    if (current !== undefined && JSON.stringify(current) === JSON.stringify(condition)) return;
    registry.update(
      "pods",
      { ...pod, status: withScheduled(pod, condition) },
      { manager: MANAGER, subresource: "status" },
    );
  }

  function withScheduled(pod: Pod, condition: Condition): Pod["status"] {
    const others = (pod.status?.conditions ?? []).filter((one) => one.type !== "PodScheduled");
    return { ...pod.status, conditions: [...others, condition] };
  }

  function now(): string {
    return formatTime(clock.now());
  }
}
