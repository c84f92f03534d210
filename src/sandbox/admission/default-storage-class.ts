import { type ApiObject, isJsonObject } from "../model/object.ts";
import type { Registry } from "../storage/registry.ts";
import type { AdmissionPlugin } from "./admission.ts";
import { concerns } from "./forbid.ts";

const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const DEFAULT_ANNOTATIONS = [
  "storageclass.kubernetes.io/is-default-class",
  "storageclass.beta.kubernetes.io/is-default-class",
];

/** Gives a new PersistentVolumeClaim that names no class the default one: the newest, when there are several. */
export const defaultStorageClass: AdmissionPlugin = {
  name: "DefaultStorageClass",
  mutate(attributes, registry) {
    const { operation, object: claim } = attributes;
    if (operation !== "CREATE" || !concerns(attributes, "persistentvolumeclaims") || claim === undefined) return;
    if (claim.metadata.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    if (!isJsonObject(claim.spec) || (claim.spec.storageClassName ?? null) !== null) return;
    const name = defaultClassName(registry);
    if (name !== undefined) claim.spec.storageClassName = name;
  },
};

function defaultClassName(registry: Registry): string | undefined {
  const defaults = registry
    .list("storageclasses.storage.k8s.io")
    .filter(({ metadata }) => DEFAULT_ANNOTATIONS.some((key) => metadata.annotations?.[key] === "true"));
  return defaults.sort(newestFirst)[0]?.metadata.name;
}

function newestFirst(left: ApiObject, right: ApiObject): number {
  const age = Date.parse(right.metadata.creationTimestamp ?? "") - Date.parse(left.metadata.creationTimestamp ?? "");
  return age || (left.metadata.name ?? "").localeCompare(right.metadata.name ?? "");
}
