/** https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/v1/defaults.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { ensureObject, fallback, numberAt, objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import type { GroupDefaults } from "./defaulter.ts";
import { defaultPodLevelResources } from "./pod-resources.ts";
import { containersOf, defaultPodSpec, defaultPodTemplate } from "./pod-spec.ts";
import { defaultVolumeSource } from "./volumes.ts";

const AFFINITY_TIMEOUT_SECONDS = 10800;

/** The legacy group, `v1`. */
export const CORE_DEFAULTS: GroupDefaults = {
  Pod: defaultPod,
  PodTemplate: (object) => defaultPodTemplate(object),
  ReplicationController: defaultReplicationController,
  Service: defaultService,
  Secret: defaultSecret,
  Namespace: defaultNamespace,
  Endpoints: (object) => {
    for (const subset of objectsAt(object, "subsets")) {
      for (const port of objectsAt(subset, "ports")) fallback(port, "protocol", "TCP");
    }
  },
  PersistentVolume: (object) => {
    const spec = ensureObject(object, "spec");
    defaultVolumeSource(spec);
    fallback(spec, "persistentVolumeReclaimPolicy", "Retain");
    fallback(spec, "volumeMode", "Filesystem");
    fallback(ensureObject(object, "status"), "phase", "Pending");
  },
  PersistentVolumeClaim: defaultClaim,
  Node: (object) => {
    const status = objectAt(object, "status");
    const capacity = objectAt(status, "capacity");
    if (status !== undefined && capacity !== undefined) fallback(status, "allocatable", { ...capacity });
  },
  LimitRange: (object) => {
    for (const limit of objectsAt(objectAt(object, "spec"), "limits")) defaultLimit(limit);
  },
};

/** A claim on its own or as a template in a StatefulSet. */
export function defaultClaim(object: JsonObject): void {
  fallback(ensureObject(object, "spec"), "volumeMode", "Filesystem");
  fallback(ensureObject(object, "status"), "phase", "Pending");
}

function defaultPod(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  defaultPodSpec(spec);
  fallback(spec, "enableServiceLinks", true);
  for (const container of [...objectsAt(spec, "initContainers"), ...objectsAt(spec, "containers")]) {
    const resources = objectAt(container, "resources");
    const limits = objectAt(resources, "limits");
    if (resources === undefined || limits === undefined) continue;
    resources.requests = { ...limits, ...objectAt(resources, "requests") };
  }
  defaultPodLevelResources(spec);
  if (spec.hostNetwork !== true) return;
  for (const container of containersOf(spec)) {
    for (const port of objectsAt(container, "ports")) if (!port.hostPort) port.hostPort = port.containerPort;
  }
}

function defaultReplicationController(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  defaultPodTemplate(spec);
  fallback(spec, "replicas", 1);
  const labels = objectAt(objectAt(objectAt(spec, "template"), "metadata"), "labels");
  if (labels === undefined) return;
  if (Object.keys(objectAt(spec, "selector") ?? {}).length === 0) spec.selector = { ...labels };
  if (Object.keys(object.metadata.labels ?? {}).length === 0) {
    object.metadata.labels = { ...labels } as Record<string, string>;
  }
}

function defaultService(object: ApiObject): void {
  const spec = ensureObject(object, "spec");
  fallback(spec, "sessionAffinity", "None");
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP") {
    const clientIP = ensureObject(ensureObject(spec, "sessionAffinityConfig"), "clientIP");
    fallback(clientIP, "timeoutSeconds", AFFINITY_TIMEOUT_SECONDS);
  }
  fallback(spec, "type", "ClusterIP");
  for (const port of objectsAt(spec, "ports")) {
    fallback(port, "protocol", "TCP");
    if (!port.targetPort) port.targetPort = numberAt(port, "port") ?? 0;
  }
  const external = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const externalIPs = Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0;
  if (external || (spec.type === "ClusterIP" && externalIPs)) fallback(spec, "externalTrafficPolicy", "Cluster");
  if (external || spec.type === "ClusterIP") fallback(spec, "internalTrafficPolicy", "Cluster");
  if (spec.type !== "LoadBalancer") return;
  fallback(spec, "allocateLoadBalancerNodePorts", true);
  for (const ingress of objectsAt(objectAt(objectAt(object, "status"), "loadBalancer"), "ingress")) {
    if (stringAt(ingress, "ip") !== "") fallback(ingress, "ipMode", "VIP");
  }
}

/** `stringData` is only a way to write `data`. */
function defaultSecret(object: ApiObject): void {
  fallback(object, "type", "Opaque");
  const texts = objectAt(object, "stringData");
  delete object.stringData;
  if (texts === undefined || Object.keys(texts).length === 0) return;
  const data = ensureObject(object, "data");
  for (const [key, text] of Object.entries(texts)) {
    const value = Buffer.from(String(text), "utf8").toString("base64");
    Object.defineProperty(data, key, { value, enumerable: true, writable: true, configurable: true });
  }
}

function defaultNamespace(object: ApiObject): void {
  const { name } = object.metadata;
  if (name) object.metadata.labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": name };
  fallback(ensureObject(object, "status"), "phase", "Active");
}

function defaultLimit(limit: JsonObject): void {
  if (limit.type !== "Container") return;
  const limits = { ...objectAt(limit, "max"), ...objectAt(limit, "default") };
  const requests = { ...objectAt(limit, "min"), ...limits, ...objectAt(limit, "defaultRequest") };
  if (Object.keys(limits).length > 0) limit.default = limits;
  if (Object.keys(requests).length > 0) limit.defaultRequest = requests;
}
