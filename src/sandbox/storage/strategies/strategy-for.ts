import type { ResourceDefinition } from "../../model/definition.ts";
import type { Strategy } from "../strategy.ts";
import { CERTIFICATE_SIGNING_REQUEST_STRATEGY } from "./certificate-signing-request.ts";
import { CUSTOM_RESOURCE_DEFINITION_STRATEGY } from "./custom-resource-definition.ts";
import { NAMESPACE_STRATEGY } from "./namespace.ts";
import { POD_STRATEGY } from "./pod.ts";

const COMMON: Strategy = {
  createsOnUpdate: false,
  unconditionalUpdate: true,
  returnsDeleted: false,
  orphansByDefault: false,
};

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
  "services",
]);

const CONDITIONAL_UPDATE = new Set([
  "apiservices.apiregistration.k8s.io",
  "customresourcedefinitions.apiextensions.k8s.io",
  "endpointslices.discovery.k8s.io",
  "leases.coordination.k8s.io",
]);

const SPECIFIC: Readonly<Record<string, Partial<Strategy>>> = {
  "certificatesigningrequests.certificates.k8s.io": CERTIFICATE_SIGNING_REQUEST_STRATEGY,
  "customresourcedefinitions.apiextensions.k8s.io": CUSTOM_RESOURCE_DEFINITION_STRATEGY,
  "jobs.batch": { orphansByDefault: true },
  namespaces: NAMESPACE_STRATEGY,
  pods: POD_STRATEGY,
  replicationcontrollers: { orphansByDefault: true },
};

const CUSTOM: Strategy = { ...COMMON, unconditionalUpdate: false };

const BUILT_IN: ReadonlyMap<string, Strategy> = new Map(
  [...RETURNS_DELETED, ...CREATES_ON_UPDATE, ...CONDITIONAL_UPDATE, ...Object.keys(SPECIFIC)].map((key) => [
    key,
    {
      ...COMMON,
      returnsDeleted: RETURNS_DELETED.has(key),
      createsOnUpdate: CREATES_ON_UPDATE.has(key),
      unconditionalUpdate: !CONDITIONAL_UPDATE.has(key),
      ...SPECIFIC[key],
    },
  ]),
);

/** How objects of a resource are written and deleted. */
export function strategyFor(definition: ResourceDefinition): Strategy {
  return definition.custom === undefined ? (BUILT_IN.get(definition.storageKey) ?? COMMON) : CUSTOM;
}
