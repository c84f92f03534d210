import type { Pod } from "../../pods/pod.ts";
import { availableIn, isTerminal } from "../../pods/pod.ts";
import { REVISION_LABEL } from "../controller-revisions.ts";
import type { ControllerRevision, StatefulSet } from "../kinds.ts";
import { present } from "../kinds.ts";

/** What a StatefulSet does next. In order: what comes later waits for what comes first, unless pods are managed in parallel. */
export interface StatefulSetPlan {
  readonly create: readonly { readonly ordinal: number; readonly revision: ControllerRevision }[];
  readonly remove: readonly Pod[];
  readonly status: NonNullable<StatefulSet["status"]>;
  readonly againInMs: number | undefined;
}

/** The number at the end of a pod's name; undefined when the pod is none of the set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const { name = "" } = pod.metadata;
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  return /^\d+$/.test(digits) ? Number(digits) : undefined;
}

/** Whether the pod's number is within the set's present size. */
export function isWanted(set: StatefulSet, pod: Pod): boolean {
  const { replicas = 1, ordinals } = set.spec;
  const first = ordinals?.start ?? 0;
  const ordinal = ordinalOf(set, pod);
  return ordinal !== undefined && ordinal >= first && ordinal < first + replicas;
}

function revisionOf(pod: Pod): string | undefined {
  return pod.metadata.labels?.[REVISION_LABEL];
}

/**
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/statefulset/stateful_set_control.go
 * `current` is the revision that pods below the partition keep, `update` the present template's.
 */
export function planStatefulSet(
  set: StatefulSet,
  pods: readonly Pod[],
  current: ControllerRevision,
  update: ControllerRevision,
  now: number,
): StatefulSetPlan {
  const { replicas: wanted = 1, minReadySeconds = 0, ordinals, podManagementPolicy, updateStrategy } = set.spec;
  const first = ordinals?.start ?? 0;
  const last = first + wanted - 1;
  const monotonic = podManagementPolicy !== "Parallel";
  const byOrdinal = new Map<number, Pod>();
  const condemned: Pod[] = [];
  for (const pod of pods) {
    const ordinal = ordinalOf(set, pod);
    if (ordinal === undefined) continue;
    if (isWanted(set, pod)) byOrdinal.set(ordinal, pod);
    else condemned.push(pod);
  }
  condemned.sort((a, b) => (ordinalOf(set, b) ?? 0) - (ordinalOf(set, a) ?? 0));
  const waits = pods.map((pod) => availableIn(pod, minReadySeconds, now)).filter((wait) => wait !== undefined);
  const later = waits.filter((wait) => wait > 0);
  const isAvailable = (pod: Pod): boolean => availableIn(pod, minReadySeconds, now) === 0;
  const isHealthy = (pod: Pod): boolean => isAvailable(pod) && !isLeaving(pod);
  const rolling = (updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";
  const partition = rolling ? (updateStrategy?.rollingUpdate?.partition ?? 0) : Number.POSITIVE_INFINITY;

  const create: { ordinal: number; revision: ControllerRevision }[] = [];
  const remove: Pod[] = [];
  let blocked = set.metadata.deletionTimestamp !== undefined;
  for (let ordinal = first; ordinal <= last && !blocked; ordinal++) {
    const pod = byOrdinal.get(ordinal);
    if (pod === undefined) {
      create.push({ ordinal, revision: rolling && ordinal < first + partition ? current : update });
      blocked = monotonic;
    } else if (isTerminal(pod) && !isLeaving(pod)) {
      remove.push(pod);
      blocked = monotonic;
    } else if (!isHealthy(pod)) {
      blocked = monotonic;
    }
  }
  for (const pod of blocked ? [] : condemned) {
    if (!isLeaving(pod)) remove.push(pod);
    if (monotonic) {
      blocked = true;
      break;
    }
  }
  if (!blocked && rolling && create.length === 0 && condemned.length === 0) {
    for (let ordinal = last; ordinal >= first + partition; ordinal--) {
      const pod = byOrdinal.get(ordinal);
      if (pod === undefined) continue;
      const isOld = revisionOf(pod) !== update.metadata.name && !isLeaving(pod);
      if (isOld) remove.push(pod);
      if (isOld || !isHealthy(pod)) break;
    }
  }
  return {
    create,
    remove,
    status: statusFor(set, pods, current, update, waits.length - later.length),
    againInMs: later.length === 0 ? undefined : Math.min(...later),
  };
}

function isLeaving(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function statusFor(
  set: StatefulSet,
  pods: readonly Pod[],
  current: ControllerRevision,
  update: ControllerRevision,
  available: number,
): NonNullable<StatefulSet["status"]> {
  const staying = pods.filter((pod) => !isLeaving(pod) && !isTerminal(pod));
  const ready = staying.filter((pod) => availableIn(pod, 0, 0) !== undefined).length;
  const onUpdate = staying.filter((pod) => revisionOf(pod) === update.metadata.name).length;
  const onCurrent = staying.filter((pod) => revisionOf(pod) === current.metadata.name).length;
  const { replicas: wanted = 1, updateStrategy } = set.spec;
  const rolling = (updateStrategy?.type ?? "RollingUpdate") === "RollingUpdate";
  const complete = rolling && onUpdate === wanted && ready === wanted && pods.length === wanted;
  const count = (number: number): number | undefined => (number === 0 ? undefined : number);
  return present<NonNullable<StatefulSet["status"]>>({
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: count(ready),
    currentReplicas: count(complete ? onUpdate : onCurrent),
    updatedReplicas: count(onUpdate),
    currentRevision: complete ? update.metadata.name : current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount: 0,
    availableReplicas: available,
  });
}
