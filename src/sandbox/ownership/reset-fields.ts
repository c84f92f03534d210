import { groupResource, type ResourceDefinition } from "../model/definition.ts";
import { EMPTY, type FieldSet, setOf } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";

/** Fields that nobody owns, whatever a request says of them. */
export const UNOWNED: FieldSet = paths(
  "apiVersion",
  "kind",
  "metadata",
  "metadata.name",
  "metadata.namespace",
  "metadata.creationTimestamp",
  "metadata.selfLink",
  "metadata.uid",
  "metadata.clusterName",
  "metadata.generation",
  "metadata.managedFields",
  "metadata.resourceVersion",
);

const STATUS = paths("status");
const SPEC = paths("spec");
const SPEC_AND_METADATA = paths("spec", "metadata");

/** Kinds whose sub-resources keep other fields from the writer than the usual; keys are `resource.group/subresource`. */
const EXCEPTIONS: Readonly<Record<string, FieldSet>> = {
  "deployments.apps/status": paths("spec", "metadata.labels"),
  "pods/status": paths("spec", "metadata.deletionTimestamp", "metadata.ownerReferences"),
  "certificatesigningrequests.certificates.k8s.io/status": paths("spec", "status.conditions"),
  "certificatesigningrequests.certificates.k8s.io/approval": paths("spec", "status.certificate"),
  "customresourcedefinitions.apiextensions.k8s.io/status": SPEC_AND_METADATA,
  "volumeattachments.storage.k8s.io/status": SPEC_AND_METADATA,
  "namespaces/finalize": STATUS,
};

/**
 * What a write through this endpoint resets anyway (the status through the main endpoint, the spec through `/status`),
 * so that it neither gives nor takes ownership of it. Each registry strategy of the server says so in
 * `GetResetFields`.
 */
export function resetFields(definition: ResourceDefinition, subresource: string): FieldSet {
  if (subresource === "") {
    return definition.subresources.some(({ name }) => name === "status") ? STATUS : EMPTY;
  }
  const exception = EXCEPTIONS[`${groupResource(definition)}/${subresource}`];
  if (exception !== undefined) return exception;
  if (subresource !== "status") return EMPTY;
  return definition.custom === undefined ? SPEC : SPEC_AND_METADATA;
}

function paths(...dotted: readonly string[]): FieldSet {
  return setOf(...dotted.map((path) => path.split(".").map(fieldElement)));
}
