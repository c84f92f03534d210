import type { ApiObject } from "../model/object.ts";
import { objectAt } from "../schema/fields.ts";
import type { Quantity } from "../schema/quantity.ts";
import type { Registry } from "../storage/registry.ts";
import { type Amounts, addTo, amountsAt, count } from "./amounts.ts";
import { concernsObject } from "./scopes.ts";
import { usageOf } from "./usage.ts";

/** The resources whose objects a limit is about: `pods` for `requests.cpu`, `deployments.apps` for its count. */
export function countedResource(limit: string): string {
  if (limit.startsWith("count/")) return limit.slice("count/".length);
  if (limit.startsWith("services")) return "services";
  if (limit === "requests.storage" || limit.includes(".storageclass.storage.k8s.io/")) return "persistentvolumeclaims";
  return NAMED.has(limit) ? limit : "pods";
}

const NAMED = new Set([
  "configmaps",
  "persistentvolumeclaims",
  "replicationcontrollers",
  "resourcequotas",
  "secrets",
  "services",
]);

/** What the objects of a quota's namespace take of each of its limits, by what is stored now. */
export function usedOf(quota: ApiObject, registry: Registry): Amounts {
  const hard = amountsAt(objectAt(quota, "spec"), "hard");
  const { namespace = "" } = quota.metadata;
  const used = new Map<string, Quantity>();
  const served = new Set(
    registry.definitions().map(({ group, resource }) => (group === "" ? resource : `${resource}.${group}`)),
  );
  for (const resource of new Set([...hard.keys()].map(countedResource))) {
    if (!served.has(resource)) continue;
    const definition = registry.lookup(resource);
    for (const object of registry.list(resource, namespace)) {
      if (concernsObject(quota, definition, object)) addTo(used, usageOf(definition, object));
    }
  }
  return new Map([...hard.keys()].map((name) => [name, used.get(name) ?? count(0)]));
}
