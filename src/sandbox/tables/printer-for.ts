import type { ResourceDefinition } from "../model/definition.ts";
import {
  ADMISSION_REGISTRATION_PRINTERS,
  API_REGISTRATION_PRINTERS,
  CERTIFICATES_PRINTERS,
  COORDINATION_PRINTERS,
  FLOW_CONTROL_PRINTERS,
  NODE_PRINTERS,
  RBAC_PRINTERS,
  RESOURCE_PRINTERS,
  SCHEDULING_PRINTERS,
} from "./cluster.ts";
import { column, type GroupPrinters, printer } from "./columns.ts";
import { CORE_PRINTERS } from "./core.ts";
import { customPrinter } from "./custom.ts";
import { EVENT_PRINTER } from "./events.ts";
import { DISCOVERY_PRINTERS, NETWORKING_PRINTERS } from "./networking.ts";
import { STORAGE_PRINTERS } from "./storage.ts";
import type { PrinterFor, TablePrinter } from "./table.ts";
import { APPS_PRINTERS, AUTOSCALING_PRINTERS, BATCH_PRINTERS, POLICY_PRINTERS } from "./workloads.ts";

const GROUPS: Readonly<Record<string, GroupPrinters>> = {
  "": CORE_PRINTERS,
  apps: APPS_PRINTERS,
  batch: BATCH_PRINTERS,
  autoscaling: AUTOSCALING_PRINTERS,
  policy: POLICY_PRINTERS,
  "networking.k8s.io": NETWORKING_PRINTERS,
  "discovery.k8s.io": DISCOVERY_PRINTERS,
  "rbac.authorization.k8s.io": RBAC_PRINTERS,
  "storage.k8s.io": STORAGE_PRINTERS,
  "certificates.k8s.io": CERTIFICATES_PRINTERS,
  "coordination.k8s.io": COORDINATION_PRINTERS,
  "scheduling.k8s.io": SCHEDULING_PRINTERS,
  "node.k8s.io": NODE_PRINTERS,
  "admissionregistration.k8s.io": ADMISSION_REGISTRATION_PRINTERS,
  "apiregistration.k8s.io": API_REGISTRATION_PRINTERS,
  "flowcontrol.apiserver.k8s.io": FLOW_CONTROL_PRINTERS,
  "resource.k8s.io": RESOURCE_PRINTERS,
  "events.k8s.io": { Event: EVENT_PRINTER },
};

/** Kinds without a printer of their own (roles, limit ranges, CRDs …) say when they were made. */
const DEFAULT_PRINTER: TablePrinter = printer([column("Name"), column("Created At", "date")], (object) => [
  object.metadata.name,
  object.metadata.creationTimestamp ?? null,
]);

const customPrinters = new WeakMap<object, TablePrinter>();

/** The server-side printer of a resource, as `kubectl get` shows it. */
export const printerFor: PrinterFor = (definition: ResourceDefinition) => {
  const { custom } = definition;
  if (custom === undefined) {
    const group = GROUPS[definition.group] ?? {};
    return (Object.hasOwn(group, definition.kind) ? group[definition.kind] : undefined) ?? DEFAULT_PRINTER;
  }
  let own = customPrinters.get(custom);
  if (own === undefined) {
    own = customPrinter(custom);
    customPrinters.set(custom, own);
  }
  return own;
};
