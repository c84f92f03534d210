import type { Pod } from "../pods/pod.ts";
import { findCondition, isReady } from "../pods/pod.ts";

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/**
 * The `count` pods that are missed least, as kube-controller-manager ranks them: not placed, not running, not ready,
 * cheap to delete, crowded on a node, ready for a shorter time, restarted more, younger.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/controller_utils.go (ActivePodsWithRanks)
 */
export function podsToDelete(pods: readonly Pod[], count: number): Pod[] {
  if (count >= pods.length) return [...pods];
  const crowd = new Map<string, number>();
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? "";
    crowd.set(node, (crowd.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): number[] => [
    (pod.spec.nodeName ?? "") === "" ? 0 : 1,
    PHASES[pod.status?.phase ?? "Pending"] ?? 0,
    isReady(pod) ? 1 : 0,
    Number(pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"] ?? 0),
    -(crowd.get(pod.spec.nodeName ?? "") ?? 0),
    -time(findCondition(pod.status?.conditions, "Ready")?.lastTransitionTime),
    -(pod.status?.containerStatuses ?? []).reduce((most, status) => Math.max(most, status.restartCount), 0),
    -time(pod.metadata.creationTimestamp),
  ];
  return pods
    .map((pod) => ({ pod, rank: rank(pod) }))
    .sort((a, b) => compare(a.rank, b.rank))
    .slice(0, count)
    .map(({ pod }) => pod);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [at, value] of a.entries()) {
    const difference = value - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function time(text: string | null | undefined): number {
  return text ? Date.parse(text) : 0;
}
