import type { KubernetesObject } from "../../core/object.ts";
import { BUILT_IN_RESOURCES } from "../../types/built-in-resources.ts";

/** Kinds by what they need to be there before them. Within a rank the author's order stands. */
const RANKS: readonly (readonly string[])[] = [
  ["Namespace"],
  ["CustomResourceDefinition"],
  ["PriorityClass", "StorageClass", "RuntimeClass", "IngressClass", "VolumeAttributesClass", "DeviceClass"],
  [
    ...["NetworkPolicy", "ResourceQuota", "LimitRange", "PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap"],
    ...["PersistentVolume", "PersistentVolumeClaim"],
  ],
  ["ClusterRole", "Role"],
  ["ClusterRoleBinding", "RoleBinding"],
  ["Service", "Endpoints", "EndpointSlice"],
];
/** Every built-in kind that is not named. */
const WORKLOADS = RANKS.length;
const IN_FRONT = ["HorizontalPodAutoscaler", "Ingress", "APIService"];
/** Last, so that what they guard against does not include what is applied with them. */
const GUARDS = [
  ...["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"],
  ...["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"],
  ...["MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding"],
];

export const NAMESPACE_RANK = 0;
export const DEFINITION_RANK = 1;

/** When an object's turn is: what others need comes first. Custom resources come after what may serve them. */
export function rankOf({ apiVersion = "", kind = "" }: KubernetesObject): number {
  const group = apiVersion.includes("/") ? apiVersion.split("/")[0] : "";
  if (!BUILT_IN_RESOURCES.some((one) => one.group === group && one.kind === kind)) {
    return kind === "CustomResourceDefinition" ? DEFINITION_RANK : WORKLOADS + 2;
  }
  const rank = RANKS.findIndex((kinds) => kinds.includes(kind));
  if (rank >= 0) return rank;
  if (IN_FRONT.includes(kind)) return WORKLOADS + 1;
  return GUARDS.includes(kind) ? WORKLOADS + 3 : WORKLOADS;
}

/** What can be done at once, one group after the other. */
export function inRanks<I extends { readonly object: KubernetesObject }>(items: readonly I[]): I[][] {
  const ranks = new Map<number, I[]>();
  for (const item of items) {
    const rank = rankOf(item.object);
    ranks.set(rank, [...(ranks.get(rank) ?? []), item]);
  }
  return [...ranks].toSorted(([left], [right]) => left - right).map(([, group]) => group);
}

/** In which they are taken away again: the last first. */
export function inReverseRanks<I extends { readonly object: KubernetesObject }>(items: readonly I[]): I[][] {
  return inRanks(items)
    .reverse()
    .map((group) => group.reverse());
}
