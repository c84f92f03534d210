import type { ApiObject } from "../model/object.ts";
import { type Amounts, addTo, amountsAt, listAmounts } from "../quota/amounts.ts";
import { usedOf } from "../quota/quota-usage.ts";
import { concernsObject } from "../quota/scopes.ts";
import { usageOf } from "../quota/usage.ts";
import { objectAt, objectsAt, stringAt } from "../schema/fields.ts";
import type { Quantity } from "../schema/quantity.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "./admission.ts";
import { concerns, forbid } from "./forbid.ts";

/** Limits for which every container of a pod must say what it takes. */
const EXPLICIT = /^(?:cpu|memory|requests\.cpu|requests\.memory|limits\.cpu|limits\.memory)$/;

/**
 * Refuses what would take a namespace beyond one of its quotas. What is used already is counted, not read from the
 * quota's status, so that it holds without its controller too.
 * https://github.com/kubernetes/kubernetes/blob/v1.36.0/plugin/pkg/admission/resourcequota/controller.go
 */
export const resourceQuota: AdmissionPlugin = {
  name: "ResourceQuota",
  validate(attributes, registry) {
    const { operation, definition, object, old, namespace } = attributes;
    if (object === undefined || namespace === "" || attributes.subresource !== "") return;
    if (operation !== "CREATE" && operation !== "UPDATE") return;
    for (const quota of registry.list("resourcequotas", namespace)) {
      if (!concernsObject(quota, definition, object)) continue;
      const hard = amountsAt(objectAt(quota, "spec"), "hard");
      const name = quota.metadata.name ?? "";
      if (operation === "CREATE") requireExplicit(attributes, name, hard);
      const requested = new Map(usageOf(definition, object));
      if (old !== undefined) addTo(requested, usageOf(definition, old), -1n);
      const growing = only(requested, (limit, { nano }) => nano > 0n && hard.has(limit));
      if (growing.size === 0) continue;
      const used = usedOf(quota, registry);
      const exceeded = only(
        growing,
        (limit, { nano }) => (used.get(limit)?.nano ?? 0n) + nano > (hard.get(limit)?.nano ?? 0n),
      );
      if (exceeded.size === 0) continue;
      const shown = (amounts: Amounts): string => listAmounts(only(amounts, (limit) => exceeded.has(limit)));
      throw forbid(
        attributes,
        `exceeded quota: ${name}, requested: ${shown(growing)}, used: ${shown(used)}, limited: ${shown(hard)}`,
      );
    }
  },
};

function only(amounts: Amounts, keep: (name: string, quantity: Quantity) => boolean): Map<string, Quantity> {
  return new Map([...amounts].filter(([name, quantity]) => keep(name, quantity)));
}

function requireExplicit(attributes: AdmissionAttributes, quota: string, hard: Amounts): void {
  const { object: pod } = attributes;
  if (!concerns(attributes, "pods") || pod === undefined) return;
  const missing = [...hard.keys()]
    .filter((limit) => EXPLICIT.test(limit))
    .sort()
    .map((limit) => ({ limit, containers: containersWithout(pod, limit) }))
    .filter(({ containers }) => containers.length > 0);
  if (missing.length === 0) return;
  const each = missing.map(({ limit, containers }) => `${limit} for: ${containers.join(",")}`);
  throw forbid(attributes, `failed quota: ${quota}: must specify ${each.join("; ")}`);
}

function containersWithout(pod: ApiObject, limit: string): string[] {
  const field = limit.startsWith("limits.") ? "limits" : "requests";
  const resource = limit.replace(/^(?:limits|requests)\./, "");
  const spec = objectAt(pod, "spec");
  return [...objectsAt(spec, "containers"), ...objectsAt(spec, "initContainers")]
    .filter((container) => !amountsAt(objectAt(container, "resources"), field).has(resource))
    .map((container) => stringAt(container, "name"))
    .sort();
}
