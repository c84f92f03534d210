import type { ResourceDefinition } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import { APPS_DEFAULTS } from "./apps.ts";
import { AUTOSCALING_DEFAULTS } from "./autoscaling.ts";
import { BATCH_DEFAULTS } from "./batch.ts";
import { CORE_DEFAULTS } from "./core.ts";
import type { GroupDefaults } from "./defaulter.ts";
import { ADMISSION_REGISTRATION_DEFAULTS, API_EXTENSIONS_DEFAULTS } from "./extension.ts";
import { DISCOVERY_DEFAULTS, NETWORKING_DEFAULTS } from "./networking.ts";
import {
  API_REGISTRATION_DEFAULTS,
  FLOW_CONTROL_DEFAULTS,
  RBAC_DEFAULTS,
  RESOURCE_DEFAULTS,
  SCHEDULING_DEFAULTS,
  STORAGE_DEFAULTS,
} from "./policies.ts";

const GROUPS: Readonly<Record<string, GroupDefaults>> = {
  "": CORE_DEFAULTS,
  apps: APPS_DEFAULTS,
  batch: BATCH_DEFAULTS,
  autoscaling: AUTOSCALING_DEFAULTS,
  "networking.k8s.io": NETWORKING_DEFAULTS,
  "discovery.k8s.io": DISCOVERY_DEFAULTS,
  "rbac.authorization.k8s.io": RBAC_DEFAULTS,
  "storage.k8s.io": STORAGE_DEFAULTS,
  "scheduling.k8s.io": SCHEDULING_DEFAULTS,
  "flowcontrol.apiserver.k8s.io": FLOW_CONTROL_DEFAULTS,
  "apiregistration.k8s.io": API_REGISTRATION_DEFAULTS,
  "resource.k8s.io": RESOURCE_DEFAULTS,
  "admissionregistration.k8s.io": ADMISSION_REGISTRATION_DEFAULTS,
  "apiextensions.k8s.io": API_EXTENSIONS_DEFAULTS,
};

/**
 * Fills in a built-in kind's defaults, in place; a custom resource's come from its schema. As the real server
 * defaults whatever it decodes, a request's body and a stored object alike, applying it again changes nothing
 * that the first time has set.
 */
export function applyDefaults(definition: Pick<ResourceDefinition, "group" | "kind">, object: ApiObject): void {
  const group = GROUPS[definition.group];
  if (group !== undefined && Object.hasOwn(group, definition.kind)) group[definition.kind]?.(object);
}
