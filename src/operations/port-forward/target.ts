import type { KubernetesObject } from "../../core/object.ts";
import { groupResource, type ResourcePath } from "../../core/path.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { namespaceOf, objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { Pod } from "../../types/core-v1.ts";
import { namedObject } from "../pods/named-object.ts";
import { type PodSelecting, podSelector, scaleSelector } from "../pods/pod-selector.ts";
import { objectFor } from "../shared/object-for.ts";
import { sibling } from "../shared/siblings.ts";

const ACTION = "forward ports of";

export const PODS: ResourcePath = { group: "", version: "v1", name: "pods", namespaced: true };

/** An object that selects pods, as far as that goes. */
export interface TargetObject extends PodSelecting {
  status?: { conditions?: { type: string; status: string }[]; succeeded?: number };
}

/** How a watch is narrowed to the pods. */
export type PodSelection = { readonly fields: { readonly "metadata.name": string } } | { readonly labels: string };

/** Whose ports are forwarded. */
export interface ForwardTarget {
  /** For messages: `services "web"`. */
  readonly label: string;
  readonly namespace: string;
  /** The client of the object's resource, and of pods, in the namespace. */
  readonly objects: ResourceClient<TargetObject>;
  readonly pods: ResourceClient<Pod>;
  readonly selection: PodSelection;
  /** The object that selects the pods; undefined for a pod that is named itself. */
  readonly object: TargetObject | undefined;
  /** Whether ports are meant as a service's. */
  readonly isService: boolean;
}

/**
 * Finds whose pods are meant: a pod by its name, or whatever has a selector; on the pods' helper also `svc/web`, as
 * kubectl writes it. Throws ApiError NOT_FOUND, and UsageError for what selects no pods.
 */
export async function findTarget(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: CallScope,
): Promise<ForwardTarget> {
  const { resource, own } = await namedObject(client, name);
  const scope = scopeOf(client.scope, options.namespace);
  const namespace = objectNamespace(resource, scope, ACTION, own) ?? "";
  const objects = client.to<TargetObject>(resource, namespaceOf(scope));
  const isPods = groupResource(resource) === "pods";
  const label = `${groupResource(resource)} "${own}"`;
  const pods = sibling<Pod>(client, "pods", namespace === "" ? "*" : namespace);
  const base = { label, namespace, objects, pods, isService: groupResource(resource) === "services" };
  if (isPods) {
    // Also checks the name: a watch of one that does not exist would wait for it.
    await objectFor(objects, ACTION, own, { signal: options.signal });
    return { ...base, selection: { fields: { "metadata.name": own } }, object: undefined };
  }
  const object = await objectFor(objects, ACTION, own, { signal: options.signal });
  const selection = await selectionOf(objects, object, options.signal);
  if (selection === undefined) {
    throw new UsageError("USAGE", `Cannot ${ACTION} ${label}: it selects no pods`, {
      hint: "Name a pod, or what runs pods: a service with a selector, a deployment, a stateful set …",
    });
  }
  return { ...base, selection, object };
}

/**
 * What an object selects its pods by: `spec.selector`, a map of labels or a selector with expressions, else what its
 * scale says, as custom resources have it. Undefined where it selects none.
 */
export async function selectionOf(
  objects: ResourceClient<TargetObject>,
  object: TargetObject,
  signal: AbortSignal | undefined,
): Promise<PodSelection | undefined> {
  const labels = podSelector(object) ?? (await selectorOfScale(objects, object, signal));
  return labels === undefined ? undefined : { labels };
}

async function selectorOfScale(
  objects: ResourceClient<TargetObject>,
  { metadata }: TargetObject,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { group } = await objects.resource();
  // Of the core group only replication controllers have one, and a selector besides.
  return group === "" ? undefined : scaleSelector(objects, metadata?.name ?? "", { signal });
}

/** Why no pod will be made for the object any more; undefined while some may. */
export function targetEnd({ kind, metadata, status }: TargetObject): string | undefined {
  if (metadata?.deletionTimestamp !== undefined) return "it was deleted";
  if (kind !== "Job") return undefined;
  const ended = status?.conditions?.find(
    (one) => (one.type === "Complete" || one.type === "Failed") && one.status === "True",
  );
  return ended === undefined ? undefined : `the job has ended (${ended.type})`;
}
