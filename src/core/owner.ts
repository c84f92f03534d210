import type { KubernetesObject, OwnerReference } from "./object.ts";

/** The reference to what manages an object, of which there is one at most. */
export function controllerOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  return metadata?.ownerReferences?.find(({ controller }) => controller === true);
}

/** Whether an object is managed by just this one, and not by another that had its name. */
export function isControlledBy(object: KubernetesObject, owner: KubernetesObject): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && controller.uid === owner.metadata?.uid;
}
