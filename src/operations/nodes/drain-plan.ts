/**
 * Which pods a drain would evict, which it would leave, and which stand in its way.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/drain/filters.go
 */
import { controllerOf } from "../../core/owner.ts";
import type { LabelSelector } from "../../core/selector.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { DaemonSet } from "../../types/apps-v1.ts";
import type { Node, Pod } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";
import { sibling } from "../shared/siblings.ts";

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

/** What lets a pod go that otherwise stands in the way. */
export type DrainConsent = "force" | "ignoreDaemonSets" | "deleteEmptyDirData";

/** What is to become of a pod. */
export interface Verdict extends Pick<DrainPlanPod, "action" | "reason"> {
  /** The options that are lacking where it stands in the way; else none. */
  readonly lacks: readonly DrainConsent[];
  /** Whether it is on its way out, so that the node is not empty before it is gone. */
  readonly ending: boolean;
}

/** An entry of the plan with the pod as it was classified. */
export interface ClassifiedPod extends Pick<Verdict, "lacks" | "ending"> {
  readonly entry: DrainPlanPod;
  readonly object: Pod;
}

const MIRROR = "kubernetes.io/config.mirror";

/** Classifies every pod of the nodes. Throws NOT_FOUND for a node that is not there. */
export async function classifyNodes(
  nodes: ResourceClient<Node>,
  names: readonly string[],
  options: DrainPlanOptions,
): Promise<ClassifiedPod[]> {
  const pods = sibling<Pod>(nodes, "pods", "*");
  const daemonSets = sibling<DaemonSet>(nodes, "daemonsets.apps", "*");
  const plans: ClassifiedPod[] = [];
  for (const name of names) {
    await objectFor(nodes, "drain", name, { signal: options.signal });
    plans.push(...(await classifyNode(pods, daemonSets, name, options)));
  }
  return plans;
}

async function classifyNode(
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
      const { action, reason, lacks, ending } = classify(object, options, orphan);
      return { object, lacks, ending, entry: { node, namespace, pod, action, reason } };
    }),
  );
}

/** @param orphan whether the pod's DaemonSet is gone */
export function classify(pod: Pod, options: DrainPlanOptions, orphan: boolean): Verdict {
  const { metadata, spec, status } = pod;
  const owner = controllerOf(pod);
  const daemon = owner?.kind === "DaemonSet";
  if (metadata?.annotations?.[MIRROR] !== undefined) return skipped("it is a mirror of a static pod");
  if (metadata?.deletionTimestamp !== undefined) {
    // A DaemonSet makes it again: there is no end of it to wait for.
    return { ...skipped("it is being deleted already"), ending: !daemon || orphan };
  }
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return evicted("");
  if (daemon && !orphan) {
    const reason = `it belongs to DaemonSet ${owner.name}`;
    return options.ignoreDaemonSets === true ? skipped(reason) : obstacle(reason, ["ignoreDaemonSets"]);
  }
  const risks: { readonly reason: string; readonly consent: DrainConsent }[] = [];
  const volumes = (spec?.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined).map(({ name }) => name);
  if (volumes.length > 0) {
    risks.push({ reason: `data in its emptyDir ${volumes.join(", ")} would be lost`, consent: "deleteEmptyDirData" });
  }
  if (daemon) {
    risks.push({ reason: `its DaemonSet ${owner.name} does not exist: nothing makes it again`, consent: "force" });
  } else if (owner === undefined) {
    risks.push({ reason: "no controller makes it again", consent: "force" });
  }
  const open = risks.filter(({ consent }) => options[consent] !== true);
  if (open.length === 0) return evicted(reasons(risks));
  return obstacle(
    reasons(open),
    open.map(({ consent }) => consent),
  );
}

function evicted(reason: string): Verdict {
  return { action: "evict", reason, lacks: [], ending: false };
}

function skipped(reason: string): Verdict {
  return { action: "skip", reason, lacks: [], ending: false };
}

function obstacle(reason: string, lacks: readonly DrainConsent[]): Verdict {
  return { action: "error", reason, lacks, ending: false };
}

function reasons(risks: readonly { readonly reason: string }[]): string {
  return risks.map(({ reason }) => reason).join("; ");
}
