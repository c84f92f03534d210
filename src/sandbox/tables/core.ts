/** Rows of the legacy group's kinds. */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringMapAt, stringsAt } from "../schema/fields.ts";
import { column, type GroupPrinters, printer, wide } from "./columns.ts";
import { EVENT_PRINTER } from "./events.ts";
import {
  age,
  conditionOf,
  containerCells,
  firstThree,
  formatLabels,
  loadBalancerAddresses,
  NONE,
  UNKNOWN,
} from "./format.ts";
import { POD_PRINTER } from "./pods.ts";
import { CLAIM_PRINTER, VOLUME_PRINTER } from "./storage.ts";

const ROLE_PREFIX = "node-role.kubernetes.io/";

export const CORE_PRINTERS: GroupPrinters = {
  Pod: POD_PRINTER,
  Event: EVENT_PRINTER,
  PersistentVolume: VOLUME_PRINTER,
  PersistentVolumeClaim: CLAIM_PRINTER,
  PodTemplate: printer([column("Name"), column("Containers"), column("Images"), column("Pod Labels")], (object) => {
    const template = objectAt(object, "template");
    const labels = stringMapAt(objectAt(template, "metadata"), "labels");
    return [object.metadata.name, ...containerCells(template), formatLabels(labels)];
  }),
  ReplicationController: printer(
    [
      column("Name"),
      column("Desired", "integer"),
      column("Current", "integer"),
      column("Ready", "integer"),
      column("Age"),
      wide("Containers"),
      wide("Images"),
      wide("Selector"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      const status = objectAt(object, "status");
      return [
        object.metadata.name,
        numberAt(spec, "replicas") ?? 0,
        numberAt(status, "replicas") ?? 0,
        numberAt(status, "readyReplicas") ?? 0,
        age(object, now),
        ...containerCells(objectAt(spec, "template")),
        formatLabels(stringMapAt(spec, "selector")),
      ];
    },
  ),
  Service: printer(
    [
      column("Name"),
      column("Type"),
      column("Cluster-IP"),
      column("External-IP"),
      column("Port(s)"),
      column("Age"),
      wide("Selector"),
    ],
    (object, now) => {
      const spec = objectAt(object, "spec");
      return [
        object.metadata.name,
        stringAt(spec, "type"),
        stringsAt(spec, "clusterIPs")[0] ?? (stringAt(spec, "clusterIP") || NONE),
        externalAddress(object),
        objectsAt(spec, "ports").map(portText).join(",") || NONE,
        age(object, now),
        formatLabels(stringMapAt(spec, "selector")),
      ];
    },
  ),
  Endpoints: printer([column("Name"), column("Endpoints"), column("Age")], (object, now) => [
    object.metadata.name,
    firstThree(endpointTexts(object)),
    age(object, now),
  ]),
  Node: printer(
    [
      column("Name"),
      column("Status"),
      column("Roles"),
      column("Age"),
      column("Version"),
      wide("Internal-IP"),
      wide("External-IP"),
      wide("OS-Image"),
      wide("Kernel-Version"),
      wide("Container-Runtime"),
    ],
    nodeCells,
  ),
  Namespace: printer([column("Name"), column("Status"), column("Age")], (object, now) => [
    object.metadata.name,
    stringAt(objectAt(object, "status"), "phase"),
    age(object, now),
  ]),
  Secret: printer([column("Name"), column("Type"), column("Data"), column("Age")], (object, now) => [
    object.metadata.name,
    stringAt(object, "type"),
    Object.keys(objectAt(object, "data") ?? {}).length,
    age(object, now),
  ]),
  ConfigMap: printer([column("Name"), column("Data"), column("Age")], (object, now) => [
    object.metadata.name,
    Object.keys({ ...objectAt(object, "data") }).length + Object.keys({ ...objectAt(object, "binaryData") }).length,
    age(object, now),
  ]),
  ServiceAccount: printer([column("Name"), column("Age")], (object, now) => [object.metadata.name, age(object, now)]),
  ResourceQuota: printer([column("Name"), column("Request"), column("Limit"), column("Age")], quotaCells),
  ComponentStatus: printer([column("Name"), column("Status"), column("Message"), column("Error")], (object) => {
    const healthy = objectsAt(object, "conditions").find((condition) => condition.type === "Healthy");
    const words: Record<string, string> = { True: "Healthy", False: "Unhealthy" };
    const status = words[stringAt(healthy, "status")] ?? "Unknown";
    return [object.metadata.name, status, stringAt(healthy, "message"), stringAt(healthy, "error")];
  }),
};

function externalAddress(service: ApiObject): string {
  const spec = objectAt(service, "spec");
  const external = stringsAt(spec, "externalIPs");
  switch (stringAt(spec, "type")) {
    case "ClusterIP":
    case "NodePort":
      return external.join(",") || NONE;
    case "LoadBalancer":
      return [...loadBalancerAddresses(objectAt(service, "status")), ...external].join(",") || "<pending>";
    case "ExternalName":
      return stringAt(spec, "externalName");
    default:
      return UNKNOWN;
  }
}

function portText(port: JsonObject): string {
  return `${port.port}${port.nodePort ? `:${port.nodePort}` : ""}/${stringAt(port, "protocol")}`;
}

function endpointTexts(object: ApiObject): string[] {
  return objectsAt(object, "subsets").flatMap((subset) => {
    const addresses = objectsAt(subset, "addresses").map((address) => stringAt(address, "ip"));
    const ports = objectsAt(subset, "ports");
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) =>
      addresses.map((address) => (address.includes(":") ? `[${address}]:${port.port}` : `${address}:${port.port}`)),
    );
  });
}

function nodeCells(node: ApiObject, now: number): unknown[] {
  const status = objectAt(node, "status");
  const info = objectAt(status, "nodeInfo");
  const ready = conditionOf(node, "Ready");
  const word = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  const addresses = objectsAt(status, "addresses");
  const address = (type: string) =>
    stringAt(
      addresses.find((one) => one.type === type),
      "address",
    ) || NONE;
  const kernel = stringAt(info, "kernelVersion");
  const architecture = stringAt(info, "architecture");
  return [
    node.metadata.name,
    objectAt(node, "spec")?.unschedulable === true ? `${word},SchedulingDisabled` : word,
    nodeRoles(node).join(",") || NONE,
    age(node, now),
    stringAt(info, "kubeletVersion"),
    address("InternalIP"),
    address("ExternalIP"),
    stringAt(info, "osImage") || UNKNOWN,
    kernel === "" ? UNKNOWN : architecture === "" ? kernel : `${kernel} (${architecture})`,
    stringAt(info, "containerRuntimeVersion") || UNKNOWN,
  ];
}

function nodeRoles(node: ApiObject): string[] {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(ROLE_PREFIX)) return [key.slice(ROLE_PREFIX.length)];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return [...new Set(roles.filter((role) => role !== ""))].sort();
}

function quotaCells(object: ApiObject, now: number): unknown[] {
  const status = objectAt(object, "status");
  const hard = objectAt(status, "hard") ?? {};
  const used = objectAt(status, "used") ?? {};
  const entries = Object.keys(hard)
    .sort()
    .map((name) => [name, `${name}: ${used[name] ?? 0}/${hard[name]}`] as const);
  const texts = (limits: boolean) =>
    entries
      .filter(([name]) => name.includes("limits") === limits)
      .map(([, text]) => text)
      .join(", ");
  return [object.metadata.name, texts(false), texts(true), age(object, now)];
}
