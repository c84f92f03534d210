/**
 * Which pods a drain would evict, which it would leave, and which stand in its way.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/drain/filters.go
 */
import { controllerOf } from "../../core/owner.ts";
import type { LabelSelector } from "../../core/selector.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { DaemonSet } from "../../types/apps-v1.ts";
import type { Pod } from "../../types/core-v1.ts";

export interface DrainPlanOptions {
  /** Also evicts pods that no controller will make again. Default false: they stand in the way. */
  readonly force?: boolean | undefined;
  /** Leaves the pods of DaemonSets where they are. Default false: they stand in the way. */
  readonly ignoreDaemonSets?: boolean | undefined;
  /** Also evicts pods with emptyDir volumes, whose data is lost. Default false: they stand in the way. */
  readonly deleteEmptyDirData?: boolean | undefined;
  /** Only these pods. Default all of the node. */
  readonly podSelector?: LabelSelector | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a drain would do with one pod. `error` stands in its way: nothing is evicted while there is one. */
export interface DrainPlanPod {
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  readonly action: "evict" | "skip" | "error";
  /** Why it is skipped or in the way, or what is lost with it; empty where nothing is to be said. */
  readonly reason: string;
}

/** An entry of the plan with the pod as it was classified. */
export interface ClassifiedPod {
  readonly entry: DrainPlanPod;
  readonly object: Pod;
}

const MIRROR = "kubernetes.io/config.mirror";

/** Classifies every pod of a node. */
export async function classifyNode(
  pods: ResourceClient<Pod>,
  daemonSets: ResourceClient<DaemonSet>,
  node: string,
  options: DrainPlanOptions,
): Promise<ClassifiedPod[]> {
  const { signal, podSelector } = options;
  const found = await pods.list({ fields: { "spec.nodeName": node }, labels: podSelector, signal });
  const known = new Map<string, Promise<boolean>>();
  const exists = (namespace: string, name: string): Promise<boolean> => {
    const key = `${namespace}/${name}`;
    const asked = known.get(key) ?? daemonSets.find(name, { namespace, signal }).then((one) => one !== undefined);
    known.set(key, asked);
    return asked;
  };
  return Promise.all(
    found.map(async (object) => {
      const { namespace = "", name: pod = "" } = object.metadata ?? {};
      const owner = controllerOf(object);
      const orphan = owner?.kind === "DaemonSet" && !(await exists(namespace, owner.name));
      return { object, entry: { node, namespace, pod, ...classify(object, options, orphan) } };
    }),
  );
}

/** @param orphan whether the pod's DaemonSet is gone */
export function classify(
  pod: Pod,
  options: DrainPlanOptions,
  orphan: boolean,
): Pick<DrainPlanPod, "action" | "reason"> {
  const { metadata, spec, status } = pod;
  if (metadata?.deletionTimestamp !== undefined) return { action: "skip", reason: "it is being deleted already" };
  if (metadata?.annotations?.[MIRROR] !== undefined) {
    return { action: "skip", reason: "it is a mirror of a static pod" };
  }
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return { action: "evict", reason: "" };
  const owner = controllerOf(pod);
  if (owner?.kind === "DaemonSet") {
    if (!orphan) {
      const reason = `it belongs to DaemonSet ${owner.name}`;
      return { action: options.ignoreDaemonSets === true ? "skip" : "error", reason };
    }
    if (options.force !== true) {
      return { action: "error", reason: `its DaemonSet ${owner.name} does not exist: nothing makes it again` };
    }
  }
  const lost: string[] = [];
  const volumes = (spec?.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name);
  if (volumes.length > 0) {
    const reason = `data in its emptyDir ${volumes.join(", ")} would be lost`;
    if (options.deleteEmptyDirData !== true) return { action: "error", reason };
    lost.push(reason);
  }
  if (owner === undefined || orphan) {
    const reason = "no controller makes it again";
    if (options.force !== true) return { action: "error", reason };
    lost.push(reason);
  }
  return { action: "evict", reason: lost.join("; ") };
}
