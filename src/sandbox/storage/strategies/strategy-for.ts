import type { ResourceDefinition } from "../../model/definition.ts";
import type { Strategy } from "../strategy.ts";
import { CERTIFICATE_SIGNING_REQUEST_STRATEGY } from "./certificate-signing-request.ts";
import { CUSTOM_RESOURCE_DEFINITION_STRATEGY } from "./custom-resource-definition.ts";
import { JOB_STRATEGY } from "./job.ts";
import { NAMESPACE_STRATEGY } from "./namespace.ts";
import { POD_STRATEGY } from "./pod.ts";
import { SERVICE_STRATEGY } from "./service.ts";

const COMMON: Strategy = {
  generation: false,
  generationCountsAnnotations: false,
  keepsStatusOnCreate: false,
  statusKeepsLabels: false,
  createsOnUpdate: false,
  unconditionalUpdate: true,
  returnsDeleted: false,
  orphansByDefault: false,
};

/** Kinds whose objects count their generations. */
const GENERATION = new Set([
  "customresourcedefinitions.apiextensions.k8s.io",
  "cronjobs.batch",
  "daemonsets.apps",
  "deployments.apps",
  "deviceclasses.resource.k8s.io",
  "endpointslices.discovery.k8s.io",
  "flowschemas.flowcontrol.apiserver.k8s.io",
  "ingressclasses.networking.k8s.io",
  "ingresses.networking.k8s.io",
  "jobs.batch",
  "mutatingadmissionpolicies.admissionregistration.k8s.io",
  "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
  "mutatingwebhookconfigurations.admissionregistration.k8s.io",
  "networkpolicies.networking.k8s.io",
  "poddisruptionbudgets.policy",
  "pods",
  "podtemplates",
  "priorityclasses.scheduling.k8s.io",
  "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
  "replicasets.apps",
  "replicationcontrollers",
  "resourceslices.resource.k8s.io",
  "statefulsets.apps",
  "validatingadmissionpolicies.admissionregistration.k8s.io",
  "validatingadmissionpolicybindings.admissionregistration.k8s.io",
  "validatingwebhookconfigurations.admissionregistration.k8s.io",
]);

/** Kinds whose delete answers with the object; the delete operations of the server's OpenAPI tell. */
const RETURNS_DELETED = new Set([
  "csidrivers.storage.k8s.io",
  "csinodes.storage.k8s.io",
  "deviceclasses.resource.k8s.io",
  "persistentvolumeclaims",
  "persistentvolumes",
  "pods",
  "podtemplates",
  "resourceclaims.resource.k8s.io",
  "resourceclaimtemplates.resource.k8s.io",
  "resourcequotas",
  "resourceslices.resource.k8s.io",
  "serviceaccounts",
  "services",
  "storageclasses.storage.k8s.io",
  "volumeattachments.storage.k8s.io",
  "volumeattributesclasses.storage.k8s.io",
]);

const CREATES_ON_UPDATE = new Set([
  "clusterrolebindings.rbac.authorization.k8s.io",
  "clusterroles.rbac.authorization.k8s.io",
  "endpoints",
  "events",
  "leases.coordination.k8s.io",
  "limitranges",
  "rolebindings.rbac.authorization.k8s.io",
  "roles.rbac.authorization.k8s.io",
]);

const CONDITIONAL_UPDATE = new Set([
  "apiservices.apiregistration.k8s.io",
  "customresourcedefinitions.apiextensions.k8s.io",
  "endpointslices.discovery.k8s.io",
  "leases.coordination.k8s.io",
]);

const PENDING: Partial<Strategy> = {
  prepareCreate(object) {
    object.status = { phase: "Pending" };
  },
};

const SPECIFIC: Readonly<Record<string, Partial<Strategy>>> = {
  "certificatesigningrequests.certificates.k8s.io": CERTIFICATE_SIGNING_REQUEST_STRATEGY,
  "customresourcedefinitions.apiextensions.k8s.io": CUSTOM_RESOURCE_DEFINITION_STRATEGY,
  "deployments.apps": { generationCountsAnnotations: true, statusKeepsLabels: true },
  "jobs.batch": JOB_STRATEGY,
  namespaces: NAMESPACE_STRATEGY,
  nodes: { keepsStatusOnCreate: true },
  persistentvolumeclaims: PENDING,
  persistentvolumes: PENDING,
  pods: POD_STRATEGY,
  replicationcontrollers: { orphansByDefault: true },
  services: SERVICE_STRATEGY,
};

const CUSTOM: Strategy = { ...COMMON, generation: true, unconditionalUpdate: false };

const BUILT_IN: ReadonlyMap<string, Strategy> = new Map(
  [...GENERATION, ...RETURNS_DELETED, ...CREATES_ON_UPDATE, ...CONDITIONAL_UPDATE, ...Object.keys(SPECIFIC)].map(
    (key) => [
      key,
      {
        ...COMMON,
        generation: GENERATION.has(key),
        returnsDeleted: RETURNS_DELETED.has(key),
        createsOnUpdate: CREATES_ON_UPDATE.has(key),
        unconditionalUpdate: !CONDITIONAL_UPDATE.has(key),
        ...SPECIFIC[key],
      },
    ],
  ),
);

/** How objects of a resource are written and deleted. */
export function strategyFor(definition: ResourceDefinition): Strategy {
  return definition.custom === undefined ? (BUILT_IN.get(definition.storageKey) ?? COMMON) : CUSTOM;
}
