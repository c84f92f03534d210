import { isDeepStrictEqual } from "node:util";
import type { OwnerReference } from "../../../core/object.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Pod } from "../../pods/pod.ts";
import type { StatefulSet } from "../kinds.ts";
import { controllerReference } from "../ownership.ts";
import { isWanted } from "./plan.ts";

/** The claims of a pod, by the set's templates, named after template and pod. */
export function claimsFor(set: StatefulSet, podName: string): ApiObject[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      ...template.metadata,
      name: `${template.metadata.name}-${podName}`,
      namespace: set.metadata.namespace ?? "",
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec,
  }));
}

/** The pod's volumes: its claims, then those of the template that are none of them. */
export function volumesFor(set: StatefulSet, podName: string, templates: unknown): unknown[] {
  const claims = (set.spec.volumeClaimTemplates ?? []).map(({ metadata: { name = "" } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${podName}` },
  }));
  const names = new Set(claims.map(({ name }) => name));
  const others = Array.isArray(templates) ? templates.filter(({ name }: { name: string }) => !names.has(name)) : [];
  return [...claims, ...others];
}

/**
 * Who owns a pod's claim, so that the garbage collector takes it as the set's `persistentVolumeClaimRetentionPolicy`
 * says: the set, where its end is the claim's; the pod, where it is to go because the set has shrunk; else neither.
 * Owners that are neither stay. Undefined: as it is.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/controller/statefulset/stateful_set_utils.go
 */
export function claimOwners(set: StatefulSet, pod: Pod, claim: ApiObject): OwnerReference[] | undefined {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const { ownerReferences: before = [] } = claim.metadata;
  const others = before.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
  // whoever controls it has the say over its end
  if (others.some(({ controller }) => controller === true)) return undefined;
  const shrunk = whenScaled === "Delete" && !isWanted(set, pod);
  const owner = shrunk ? pod : whenDeleted === "Delete" ? set : undefined;
  const owners = owner === undefined ? others : [...others, controllerReference(owner)];
  return isDeepStrictEqual(owners, before) ? undefined : owners;
}

/** Whether the claim is that of an earlier pod of the same name, with which it is about to go. */
export function isLeftBehind(claim: ApiObject, podName: string): boolean {
  return claim.metadata.ownerReferences?.some(({ kind, name }) => kind === "Pod" && name === podName) === true;
}

/** Whether a claim of this name is one of the set's pods'. */
export function isClaimOf(set: StatefulSet, name: string): boolean {
  const templates = set.spec.volumeClaimTemplates ?? [];
  return templates.some((template) => name.startsWith(`${template.metadata.name}-${set.metadata.name}-`));
}
