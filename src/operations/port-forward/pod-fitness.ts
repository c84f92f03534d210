import { controllerOf } from "../../core/owner.ts";
import type { Pod } from "../../types/core-v1.ts";

/** Whether a port of it can be reached: it runs, and is not on its way out. */
export function isUsable(pod: Pod): boolean {
  return pod.status?.phase === "Running" && pod.metadata?.deletionTimestamp === undefined;
}

/** Whether it will never run again. */
export function isOver({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true;
}

/** Whether a pod of the same name takes its place: a StatefulSet's does. */
export function returnsByName(pod: Pod): boolean {
  return controllerOf(pod)?.kind === "StatefulSet";
}

/** Ready ones first, of these the one that is in use, then the oldest: it is the least likely to be in trouble soon. */
export function byFitness(current: Pod | undefined): (a: Pod, b: Pod) => number {
  const rank = (pod: Pod): number => (isReady(pod) ? 0 : 2) + (pod.metadata?.uid === current?.metadata?.uid ? 0 : 1);
  const born = ({ metadata }: Pod): string => metadata?.creationTimestamp ?? "";
  return (a, b) => rank(a) - rank(b) || born(a).localeCompare(born(b));
}

/** Why none of the pods can be used, for a person who waits for one. */
export function waitingReason(pods: readonly Pod[]): string {
  const [pod] = pods.filter((one) => !isOver(one));
  if (pod === undefined) return pods.length === 0 ? "there is no pod" : "every pod has ended";
  const { metadata, status } = pod;
  const name = `pod "${metadata?.name ?? ""}"`;
  if (metadata?.deletionTimestamp !== undefined) return `${name} is being deleted`;
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .map(({ state }) => state?.waiting?.reason)
    .find((reason) => reason !== undefined);
  const unscheduled = status?.conditions?.find((one) => one.type === "PodScheduled" && one.status === "False");
  const why = waiting ?? unscheduled?.message;
  return `${name} is ${status?.phase ?? "Pending"}${why === undefined ? "" : ` (${why})`}`;
}
