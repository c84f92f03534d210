/**
 * What the server itself decides at a write, between defaults and validation: which part of an object a request may
 * change, and when `metadata.generation` grows. Each kind's strategy is one of
 * https://github.com/kubernetes/kubernetes/tree/master/pkg/registry
 */
import type { ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../model/object.ts";
import { zeroValue } from "../schema/decode.ts";
import { objectAt, semanticEqual } from "../schema/fields.ts";
import { CREATE_HOOKS } from "./create-hooks.ts";
import { carryAllocations } from "./service-update.ts";

/** Kinds that count generations, and the fields whose change starts a new one. */
const GENERATION_FIELDS: Readonly<Record<string, readonly string[]>> = {
  "/Pod": ["spec"],
  "/ReplicationController": ["spec"],
  "/PodTemplate": ["template"],
  "apps/Deployment": ["spec", "metadata.annotations"],
  "apps/ReplicaSet": ["spec"],
  "apps/StatefulSet": ["spec"],
  "apps/DaemonSet": ["spec"],
  "batch/Job": ["spec"],
  "batch/CronJob": ["spec"],
  "policy/PodDisruptionBudget": ["spec"],
  "networking.k8s.io/Ingress": ["spec"],
  "networking.k8s.io/IngressClass": ["spec"],
  "networking.k8s.io/NetworkPolicy": ["spec"],
  "discovery.k8s.io/EndpointSlice": ["addressType", "endpoints", "ports", "metadata.labels", "metadata.annotations"],
  "scheduling.k8s.io/PriorityClass": [],
  "storage.k8s.io/CSIDriver": ["spec"],
  "flowcontrol.apiserver.k8s.io/FlowSchema": ["spec"],
  "flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration": ["spec"],
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration": ["webhooks"],
  "admissionregistration.k8s.io/MutatingWebhookConfiguration": ["webhooks"],
  "admissionregistration.k8s.io/ValidatingAdmissionPolicy": ["spec"],
  "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding": ["spec"],
  "admissionregistration.k8s.io/MutatingAdmissionPolicy": ["spec"],
  "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding": ["spec"],
  "apiextensions.k8s.io/CustomResourceDefinition": ["spec"],
  "resource.k8s.io/DeviceClass": ["spec"],
  "resource.k8s.io/ResourceSlice": ["spec"],
};

/** Kinds with a status sub-resource whose status a create may set all the same: a kubelet registers its node so. */
const STATUS_AT_CREATE = new Set(["/Node"]);

/** Sub-resources that write the status: an approval is a condition of a CertificateSigningRequest. */
const STATUS_WRITES = new Set(["status", "approval"]);

/** Kinds whose labels a write of the status leaves as they are. */
const STATUS_KEEPS_LABELS = new Set(["apps/Deployment"]);

/**
 * Makes of a decoded and defaulted object what a create stores, in place: no status of the client's own, generation 1,
 * and what the kind's strategy fills in. The name and the uid must be set: a Job's labels carry both.
 */
export function prepareForCreate(definition: ResourceDefinition, object: ApiObject): void {
  const key = kindOf(definition);
  if (definition.custom === undefined && hasStatus(definition) && !STATUS_AT_CREATE.has(key))
    resetStatus(definition, object);
  if (definition.custom?.statusSubresource === true) delete object.status;
  if (countsGenerations(definition)) object.metadata.generation = 1;
  else if (definition.custom === undefined) delete object.metadata.generation;
  CREATE_HOOKS[key]?.(object);
}

/**
 * Makes of `updated` what an update stores, in place. A write of the object itself keeps the old status; a write of
 * `status` keeps all but the status (and, for built-in kinds, metadata); any other sub-resource is left to its own
 * handler. The generation is the old one, or the next where the kind counts the change.
 */
export function prepareForUpdate(
  definition: ResourceDefinition,
  old: ApiObject,
  updated: ApiObject,
  subresource = "",
): void {
  if (STATUS_WRITES.has(subresource)) keepAllButStatus(definition, old, updated);
  else if (hasStatus(definition)) copyField(old, updated, "status");
  if (kindOf(definition) === "certificates.k8s.io/CertificateSigningRequest" && subresource === "") {
    copyField(old, updated, "spec");
  }
  if (kindOf(definition) === "/Namespace" && subresource === "") {
    updated.spec = { ...objectAt(updated, "spec"), finalizers: objectAt(old, "spec")?.finalizers };
  }
  if (kindOf(definition) === "/Service" && subresource === "") carryAllocations(old, updated);
  const generation = old.metadata.generation ?? 0;
  if (!countsGenerations(definition)) {
    if (old.metadata.generation === undefined) delete updated.metadata.generation;
    else updated.metadata.generation = generation;
    return;
  }
  const counts = subresource !== "status" && generationChanges(definition, old, updated);
  updated.metadata.generation = counts ? generation + 1 : generation;
}

/** Whether this kind's `metadata.generation` is kept by the server. */
export function countsGenerations(definition: Pick<ResourceDefinition, "group" | "kind" | "custom">): boolean {
  return definition.custom !== undefined || Object.hasOwn(GENERATION_FIELDS, kindOf(definition));
}

function generationChanges(definition: ResourceDefinition, old: ApiObject, updated: ApiObject): boolean {
  if (definition.custom === undefined) {
    const fields = GENERATION_FIELDS[kindOf(definition)] ?? [];
    return fields.some((path) => !semanticEqual(valueAt(old, path), valueAt(updated, path)));
  }
  const ignored = new Set([
    "apiVersion",
    "kind",
    "metadata",
    ...(definition.custom.statusSubresource ? ["status"] : []),
  ]);
  const names = new Set([...Object.keys(old), ...Object.keys(updated)].filter((name) => !ignored.has(name)));
  return [...names].some((name) => !semanticEqual(old[name], updated[name]));
}

function keepAllButStatus(definition: ResourceDefinition, old: ApiObject, updated: ApiObject): void {
  for (const field of new Set([...Object.keys(old), ...Object.keys(updated)])) {
    if (field !== "apiVersion" && field !== "kind" && field !== "metadata" && field !== "status")
      copyField(old, updated, field);
  }
  if (definition.custom !== undefined) {
    const { resourceVersion, managedFields } = updated.metadata;
    updated.metadata = {
      ...old.metadata,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(managedFields === undefined ? {} : { managedFields }),
    };
    return;
  }
  const key = kindOf(definition);
  if (STATUS_KEEPS_LABELS.has(key)) copyField(old.metadata as JsonObject, updated.metadata as JsonObject, "labels");
  if (key === "/Pod") copyField(old.metadata as JsonObject, updated.metadata as JsonObject, "ownerReferences");
}

/** The status that Go's struct has before anyone wrote to it: absent for kinds that leave an empty one out. */
function resetStatus(definition: ResourceDefinition, object: ApiObject): void {
  const zero = zeroValue(definition)?.status;
  if (isJsonObject(zero)) object.status = structuredClone(zero);
  else delete object.status;
}

function hasStatus(definition: ResourceDefinition): boolean {
  if (definition.custom !== undefined) return definition.custom.statusSubresource;
  return definition.subresources.some(({ name }) => name === "status");
}

function copyField(from: JsonObject, to: JsonObject, field: string): void {
  if (from[field] === undefined) delete to[field];
  else to[field] = from[field];
}

function valueAt(object: JsonObject, path: string): unknown {
  return path.split(".").reduce<unknown>((value, field) => (isJsonObject(value) ? value[field] : undefined), object);
}

function kindOf(definition: Pick<ResourceDefinition, "group" | "kind">): string {
  return `${definition.group}/${definition.kind}`;
}
