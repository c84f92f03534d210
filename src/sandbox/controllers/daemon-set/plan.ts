import type { Node, Pod } from "../../pods/pod.ts";
import { availableIn, isActive, isReady, isTerminal } from "../../pods/pod.ts";
import { matchesNodeAffinity, tolerates } from "../../pods/scheduling.ts";
import { REVISION_LABEL } from "../controller-revisions.ts";
import type { DaemonSet } from "../kinds.ts";
import { present, resolveIntOrPercent } from "../kinds.ts";

/** Tolerations of every daemon pod, so that it runs where nothing else may. */
export const DAEMON_TOLERATIONS: readonly { key: string; operator: "Exists"; effect: string }[] = [
  ["node.kubernetes.io/not-ready", "NoExecute"],
  ["node.kubernetes.io/unreachable", "NoExecute"],
  ["node.kubernetes.io/disk-pressure", "NoSchedule"],
  ["node.kubernetes.io/memory-pressure", "NoSchedule"],
  ["node.kubernetes.io/pid-pressure", "NoSchedule"],
  ["node.kubernetes.io/unschedulable", "NoSchedule"],
].map(([key = "", effect = ""]) => ({ key, operator: "Exists", effect }));

export interface DaemonSetPlan {
  /** Names of the nodes that lack a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  readonly status: NonNullable<DaemonSet["status"]>;
  readonly againInMs: number | undefined;
}

/** The node that a daemon pod is meant for, whether it is placed yet or not. */
export function targetOf(pod: Pod): string | undefined {
  if (pod.spec.nodeName !== undefined && pod.spec.nodeName !== "") return pod.spec.nodeName;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const fields = (terms ?? []).flatMap((term) => term.matchFields ?? []);
  return fields.find((field) => field.key === "metadata.name" && field.operator === "In")?.values?.[0];
}

/** Whether a node should, and whether it may go on to, run the set's pod. */
export function fits(set: DaemonSet, node: Node): { run: boolean; stay: boolean } {
  const { template } = set.spec;
  const pod: Pod = { apiVersion: "v1", kind: "Pod", metadata: {}, spec: template.spec };
  if (!matchesNodeAffinity(pod, node)) return { run: false, stay: false };
  const tolerations = [...(template.spec.tolerations ?? []), ...DAEMON_TOLERATIONS];
  const against = (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== "PreferNoSchedule" && !tolerates(tolerations, taint),
  );
  return { run: against.length === 0, stay: !against.some((taint) => taint.effect === "NoExecute") };
}

/** https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/daemon/daemon_controller.go */
export function planDaemonSet(
  set: DaemonSet,
  pods: readonly Pod[],
  nodes: readonly Node[],
  hash: string,
  now: number,
): DaemonSetPlan {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const target = targetOf(pod) ?? "";
    byNode.set(target, [...(byNode.get(target) ?? []), pod]);
  }
  const create: string[] = [];
  const remove: Pod[] = [];
  const kept: Pod[] = [];
  let desired = 0;
  let scheduled = 0;
  let misscheduled = 0;
  for (const node of nodes) {
    const name = node.metadata.name ?? "";
    const { run, stay } = fits(set, node);
    const here = byNode.get(name) ?? [];
    byNode.delete(name);
    if (run) desired++;
    if (here.length > 0) {
      if (run) scheduled++;
      else misscheduled++;
    }
    const ended = here.filter((pod) => isTerminal(pod));
    remove.push(...ended.filter(isStaying));
    const alive = here.filter((pod) => !isTerminal(pod));
    if (!run && !stay) remove.push(...alive.filter(isStaying));
    if (!run) continue;
    if (here.length === 0) create.push(name);
    const [oldest, ...doubles] = alive.filter(isStaying).sort(byAge);
    remove.push(...doubles);
    if (oldest !== undefined) kept.push(oldest);
  }
  remove.push(...[...byNode.values()].flat().filter(isStaying));

  const minReady = set.spec.minReadySeconds ?? 0;
  const waits = kept.map((pod) => availableIn(pod, minReady, now)).filter((wait) => wait !== undefined);
  const later = waits.filter((wait) => wait > 0);
  const available = waits.length - later.length;
  const isUpdated = (pod: Pod): boolean => pod.metadata.labels?.[REVISION_LABEL] === hash;
  const old = kept.filter((pod) => !isUpdated(pod));
  if ((set.spec.updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate") {
    const { maxUnavailable = 1 } = set.spec.updateStrategy?.rollingUpdate ?? {};
    const budget = resolveIntOrPercent(maxUnavailable, desired, "up") - (desired - available);
    const unready = old.filter((pod) => availableIn(pod, minReady, now) !== 0);
    const ready = old.filter((pod) => availableIn(pod, minReady, now) === 0);
    remove.push(...unready, ...ready.slice(0, Math.max(0, budget)));
  }
  const status = present<NonNullable<DaemonSet["status"]>>({
    currentNumberScheduled: scheduled,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: kept.filter(isReady).length,
    observedGeneration: set.metadata.generation ?? 0,
    updatedNumberScheduled: kept.length - old.length,
    numberAvailable: available,
    numberUnavailable: desired - available,
  });
  const filled = Object.entries(status).filter(([name, value]) => value !== 0 || REQUIRED.has(name));
  return {
    create,
    remove: set.metadata.deletionTimestamp === undefined ? remove : [],
    status: Object.fromEntries(filled),
    againInMs: later.length === 0 ? undefined : Math.min(...later),
  };
}

/** Counts that are written even when they are zero. */
const REQUIRED = new Set(["currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"]);

function isStaying(pod: Pod): boolean {
  return isActive(pod) || (isTerminal(pod) && pod.metadata.deletionTimestamp === undefined);
}

function byAge(a: Pod, b: Pod): number {
  return (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? -1 : 1;
}
