import { groupResource, type ResourceDefinition } from "../model/definition.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import type { Quantity } from "../schema/quantity.ts";
import { type Amounts, amountsAt, count, podAmounts } from "./amounts.ts";

type Kind = Pick<ResourceDefinition, "group" | "resource">;

/** Kinds that are also counted under their bare name. */
const COUNTED_BY_NAME = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "pods",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);

/** Resources of a pod that a quota may name without saying of what. */
const BARE_REQUESTS = new Set(["cpu", "memory", "ephemeral-storage"]);

/**
 * What an object takes from its namespace's quotas.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/
 */
export function usageOf(kind: Kind, object: ApiObject): Amounts {
  const usage = new Map<string, Quantity>([[`count/${groupResource(kind)}`, count(1)]]);
  if (kind.group !== "") return usage;
  if (kind.resource === "pods" && isOver(object)) return usage;
  if (COUNTED_BY_NAME.has(kind.resource)) usage.set(kind.resource, count(1));
  if (kind.resource === "pods") addPod(usage, objectAt(object, "spec"));
  if (kind.resource === "services") addService(usage, objectAt(object, "spec"));
  if (kind.resource === "persistentvolumeclaims") addClaim(usage, objectAt(object, "spec"));
  return usage;
}

/** A pod that has ended takes nothing but its place in the count of objects. */
function isOver(pod: ApiObject): boolean {
  const phase = stringAt(objectAt(pod, "status"), "phase");
  return phase === "Succeeded" || phase === "Failed";
}

function addPod(usage: Map<string, Quantity>, spec: JsonObject | undefined): void {
  for (const [name, quantity] of podAmounts(spec, "requests")) {
    usage.set(`requests.${name}`, quantity);
    if (BARE_REQUESTS.has(name)) usage.set(name, quantity);
  }
  for (const [name, quantity] of podAmounts(spec, "limits")) usage.set(`limits.${name}`, quantity);
}

function addService(usage: Map<string, Quantity>, spec: JsonObject | undefined): void {
  const type = stringAt(spec, "type");
  const ports = objectsAt(spec, "ports");
  if (type === "NodePort") usage.set("services.nodeports", count(ports.length));
  if (type !== "LoadBalancer") return;
  usage.set("services.loadbalancers", count(1));
  const allocates = spec?.allocateLoadBalancerNodePorts !== false;
  const withPort = allocates ? ports : ports.filter(({ nodePort }) => typeof nodePort === "number");
  usage.set("services.nodeports", count(withPort.length));
}

function addClaim(usage: Map<string, Quantity>, spec: JsonObject | undefined): void {
  const storage = amountsAt(objectAt(spec, "resources"), "requests").get("storage");
  const className = stringAt(spec, "storageClassName");
  const prefix = className === "" ? undefined : `${className}.storageclass.storage.k8s.io/`;
  if (prefix !== undefined) usage.set(`${prefix}persistentvolumeclaims`, count(1));
  if (storage === undefined) return;
  usage.set("requests.storage", storage);
  if (prefix !== undefined) usage.set(`${prefix}requests.storage`, storage);
}
