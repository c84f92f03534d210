import type { ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject } from "../model/object.ts";

const COMMON = ["metadata.name", "metadata.namespace"];

/** What may be selected besides name and namespace; `AddFieldLabelConversionFunc` of each kind upstream. */
const BY_RESOURCE: Readonly<Record<string, readonly string[]>> = {
  "certificatesigningrequests.certificates.k8s.io": ["spec.signerName"],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "jobs.batch": ["status.successful"],
  namespaces: ["status.phase"],
  nodes: ["spec.unschedulable"],
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  "replicasets.apps": ["status.replicas"],
  replicationcontrollers: ["status.replicas"],
  "resourceslices.resource.k8s.io": ["spec.nodeName", "spec.driver"],
  secrets: ["type"],
  services: ["spec.clusterIP", "spec.type"],
};

/** `events.k8s.io` names its fields otherwise. */
const NEW_EVENT_FIELDS = [
  "regarding.kind",
  "regarding.namespace",
  "regarding.name",
  "regarding.uid",
  "regarding.apiVersion",
  "regarding.resourceVersion",
  "regarding.fieldPath",
  "reason",
  "reportingController",
  "type",
];

/** Fields that the server gives a value where the object leaves them out. */
const WHEN_ABSENT: Readonly<Record<string, string>> = {
  "spec.unschedulable": "false",
  "spec.hostNetwork": "false",
  "status.replicas": "0",
  "status.successful": "0",
};

/** Every field that a field selector may name. */
export function selectableFields(definition: ResourceDefinition): readonly string[] {
  const { custom } = definition;
  if (custom !== undefined) return [...COMMON, ...custom.selectableFields.map((path) => path.replace(/^\./, ""))];
  if (definition.group === "events.k8s.io") return [...COMMON, ...NEW_EVENT_FIELDS];
  return [...COMMON, ...(BY_RESOURCE[definition.storageKey] ?? [])];
}

/** The field's value as selectors compare it: text. */
export function fieldValue(object: ApiObject, field: string): string {
  if (field === "source" && isJsonObject(object.source)) return textOf(object.source.component);
  // what a Job's selector calls successful is counted as succeeded
  const path = field === "status.successful" ? "status.succeeded" : field;
  let value: unknown = object;
  for (const name of path.split(".")) value = isJsonObject(value) ? value[name] : undefined;
  const text = field === "status.podIPs" ? podAddresses(value) : textOf(value);
  return text === "" ? (WHEN_ABSENT[field] ?? "") : text;
}

function podAddresses(value: unknown): string {
  if (!Array.isArray(value)) return "";
  return value.map((entry) => (isJsonObject(entry) ? textOf(entry.ip) : "")).join(",");
}

function textOf(value: unknown): string {
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}
