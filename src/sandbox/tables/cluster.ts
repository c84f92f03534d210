/** Rows of the groups that govern a cluster: RBAC, certificates, extension, flow control, devices. */
import { humanDuration } from "../../core/human-duration.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import { column, type GroupPrinters, printer, wide } from "./columns.ts";
import { age, conditionOf, NONE, UNSET } from "./format.ts";

const BINDING = printer(
  [column("Name"), column("Role"), column("Age"), wide("Users"), wide("Groups"), wide("ServiceAccounts")],
  (object, now) => {
    const role = objectAt(object, "roleRef");
    const subjects = objectsAt(object, "subjects");
    const names = (kind: string) =>
      subjects
        .filter((subject) => subject.kind === kind)
        .map((subject) =>
          kind === "ServiceAccount"
            ? `${stringAt(subject, "namespace")}/${stringAt(subject, "name")}`
            : stringAt(subject, "name"),
        )
        .join(", ");
    return [
      object.metadata.name,
      `${stringAt(role, "kind")}/${stringAt(role, "name")}`,
      age(object, now),
      names("User"),
      names("Group"),
      names("ServiceAccount"),
    ];
  },
);

export const RBAC_PRINTERS: GroupPrinters = { RoleBinding: BINDING, ClusterRoleBinding: BINDING };

export const CERTIFICATES_PRINTERS: GroupPrinters = {
  CertificateSigningRequest: printer(
    [
      column("Name"),
      column("Age"),
      column("SignerName"),
      column("Requestor"),
      column("RequestedDuration"),
      column("Condition"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const seconds = numberAt(spec, "expirationSeconds");
      return [
        object.metadata.name,
        age(object, now),
        stringAt(spec, "signerName") || NONE,
        stringAt(spec, "username"),
        seconds === undefined ? NONE : humanDuration(seconds * 1000),
        requestStatus(object),
      ];
    },
  ),
  ClusterTrustBundle: printer([column("Name"), column("SignerName")], (object) => [
    object.metadata.name,
    stringAt(objectAt(object, "spec"), "signerName") || NONE,
  ]),
};

function requestStatus(object: ApiObject): string {
  const is = (type: string) => conditionOf(object, type) !== undefined;
  let status = is("Denied") ? "Denied" : is("Approved") ? "Approved" : "Pending";
  if (is("Failed")) status += ",Failed";
  if (stringAt(objectAt(object, "status"), "certificate") !== "") status += ",Issued";
  return status;
}

export const COORDINATION_PRINTERS: GroupPrinters = {
  Lease: printer([column("Name"), column("Holder"), column("Age")], (object, now) => [
    object.metadata.name,
    stringAt(objectAt(object, "spec"), "holderIdentity"),
    age(object, now),
  ]),
};

export const SCHEDULING_PRINTERS: GroupPrinters = {
  PriorityClass: printer(
    [
      column("Name"),
      column("Value", "integer"),
      column("Global-Default", "boolean"),
      column("Age"),
      column("PreemptionPolicy"),
    ],
    (object, now) => [
      object.metadata.name,
      numberAt(object, "value") ?? 0,
      object.globalDefault === true,
      age(object, now),
      stringAt(object, "preemptionPolicy"),
    ],
  ),
};

export const NODE_PRINTERS: GroupPrinters = {
  RuntimeClass: printer([column("Name"), column("Handler"), column("Age")], (object, now) => [
    object.metadata.name,
    stringAt(object, "handler"),
    age(object, now),
  ]),
};

const WEBHOOKS = printer([column("Name"), column("Webhooks", "integer"), column("Age")], (object, now) => [
  object.metadata.name,
  objectsAt(object, "webhooks").length,
  age(object, now),
]);

function policy(counted: "Validations" | "Mutations"): ReturnType<typeof printer> {
  return printer([column("Name"), column(counted, "integer"), column("ParamKind"), column("Age")], (object, now) => {
    const spec = objectAt(object, "spec");
    const parameters = objectAt(spec, "paramKind");
    return [
      object.metadata.name,
      objectsAt(spec, counted.toLowerCase()).length,
      parameters === undefined ? UNSET : `${stringAt(parameters, "apiVersion")}/${stringAt(parameters, "kind")}`,
      age(object, now),
    ];
  });
}

const POLICY_BINDING = printer(
  [column("Name"), column("PolicyName"), column("ParamRef"), column("Age")],
  (object, now) => {
    const spec = objectAt(object, "spec");
    const reference = objectAt(spec, "paramRef");
    const namespace = stringAt(reference, "namespace");
    const name = stringAt(reference, "name") || "*";
    return [
      object.metadata.name,
      stringAt(spec, "policyName"),
      reference === undefined ? UNSET : namespace === "" ? name : `${namespace}/${name}`,
      age(object, now),
    ];
  },
);

export const ADMISSION_REGISTRATION_PRINTERS: GroupPrinters = {
  MutatingWebhookConfiguration: WEBHOOKS,
  ValidatingWebhookConfiguration: WEBHOOKS,
  ValidatingAdmissionPolicy: policy("Validations"),
  MutatingAdmissionPolicy: policy("Mutations"),
  ValidatingAdmissionPolicyBinding: POLICY_BINDING,
  MutatingAdmissionPolicyBinding: POLICY_BINDING,
};

export const API_REGISTRATION_PRINTERS: GroupPrinters = {
  APIService: printer([column("Name"), column("Service"), column("Available"), column("Age")], (object, now) => {
    const service = objectAt(objectAt(object, "spec"), "service");
    const available = conditionOf(object, "Available");
    const status = stringAt(available, "status") || "Unknown";
    return [
      object.metadata.name,
      service === undefined ? "Local" : `${stringAt(service, "namespace")}/${stringAt(service, "name")}`,
      available === undefined || status === "True" ? status : `${status} (${stringAt(available, "reason")})`,
      age(object, now),
    ];
  }),
};

export const FLOW_CONTROL_PRINTERS: GroupPrinters = {
  FlowSchema: printer(
    [
      column("Name"),
      column("PriorityLevel"),
      column("MatchingPrecedence", "integer"),
      column("DistinguisherMethod"),
      column("Age"),
      column("MissingPL"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      return [
        object.metadata.name,
        stringAt(objectAt(spec, "priorityLevelConfiguration"), "name") || NONE,
        numberAt(spec, "matchingPrecedence") ?? 0,
        stringAt(objectAt(spec, "distinguisherMethod"), "type") || NONE,
        age(object, now),
        stringAt(conditionOf(object, "Dangling"), "status") || "?",
      ];
    },
  ),
  PriorityLevelConfiguration: printer(
    [
      column("Name"),
      column("Type"),
      column("NominalConcurrencyShares"),
      column("Queues"),
      column("HandSize"),
      column("QueueLengthLimit"),
      column("Age"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const limited = objectAt(spec, "limited");
      const queuing = objectAt(objectAt(limited, "limitResponse"), "queuing");
      const shares = limited ?? objectAt(spec, "exempt");
      return [
        object.metadata.name,
        stringAt(spec, "type"),
        shown(shares, "nominalConcurrencyShares"),
        shown(queuing, "queues"),
        shown(queuing, "handSize"),
        shown(queuing, "queueLengthLimit"),
        age(object, now),
      ];
    },
  ),
};

function shown(parent: JsonObject | undefined, field: string): unknown {
  return numberAt(parent, field) ?? NONE;
}

const NAME_AND_AGE = printer([column("Name"), column("Age")], (object, now) => [
  object.metadata.name,
  age(object, now),
]);

export const RESOURCE_PRINTERS: GroupPrinters = {
  DeviceClass: NAME_AND_AGE,
  ResourceClaimTemplate: NAME_AND_AGE,
  ResourceClaim: printer([column("Name"), column("State"), column("Age")], (object, now) => [
    object.metadata.name,
    claimState(object),
    age(object, now),
  ]),
  ResourceSlice: printer(
    [column("Name"), column("Node"), column("Driver"), column("Pool"), column("Age")],
    (object, now) => {
      const spec = objectAt(object, "spec");
      return [
        object.metadata.name,
        stringAt(spec, "nodeName"),
        stringAt(spec, "driver"),
        stringAt(objectAt(spec, "pool"), "name"),
        age(object, now),
      ];
    },
  ),
};

function claimState(object: ApiObject): string {
  const status = objectAt(object, "status");
  const states: string[] = [];
  if (object.metadata.deletionTimestamp !== undefined) states.push("deleted");
  if (objectAt(status, "allocation") !== undefined) {
    states.push("allocated");
    if (objectsAt(status, "reservedFor").length > 0) states.push("reserved");
  } else if (states.length === 0) states.push("pending");
  return states.join(",");
}
