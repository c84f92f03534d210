/**
 * What a pod needs as a whole: sums over its containers, defaults of pod-level resources and the QoS class.
 * https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/component-helpers/resource/helpers.go
 */
import { isJsonObject, type JsonObject } from "../model/object.ts";
import { objectAt, objectsAt } from "../schema/fields.ts";
import { formatQuantity, type Quantity, quantityNano, quantityOf } from "../schema/quantity.ts";

type Side = "requests" | "limits";

/** Resources that `spec.resources` may name. */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name.startsWith("hugepages-");
}

/** `Guaranteed`, `Burstable` or `BestEffort`. */
export function qosClass(spec: JsonObject): string {
  const podLevel = objectAt(spec, "resources");
  const whole =
    podLevel !== undefined && (objectAt(podLevel, "requests") ?? objectAt(podLevel, "limits")) !== undefined;
  const owners = whole
    ? [{ resources: podLevel }]
    : [...objectsAt(spec, "initContainers"), ...objectsAt(spec, "containers")];
  let guaranteed = true;
  let any = false;
  const totals = { requests: new Map<string, bigint>(), limits: new Map<string, bigint>() };
  for (const owner of owners) {
    const resources = objectAt(owner, "resources");
    let limited = 0;
    for (const side of ["requests", "limits"] as const) {
      for (const [name, value] of Object.entries(objectAt(resources, side) ?? {})) {
        if ((name !== "cpu" && name !== "memory") || quantityNano(value) <= 0n) continue;
        any = true;
        if (side === "limits") limited += 1;
        totals[side].set(name, (totals[side].get(name) ?? 0n) + quantityNano(value));
      }
    }
    if (limited < 2) guaranteed = false;
  }
  if (!any) return "BestEffort";
  const alike = [...totals.requests].every(([name, value]) => totals.limits.get(name) === value);
  return guaranteed && alike && totals.requests.size === totals.limits.size ? "Guaranteed" : "Burstable";
}

/** Fills `spec.resources` from the containers where it is set in part. */
export function defaultPodLevelResources(spec: JsonObject): void {
  const resources = objectAt(spec, "resources");
  if (resources === undefined) return;
  const limits = { ...objectAt(resources, "limits") };
  const requests = { ...objectAt(resources, "requests") };
  if (Object.keys(limits).length + Object.keys(requests).length === 0) return;
  const limitsGiven = Object.keys(limits).length > 0;
  const summedLimits = sumOfContainers(spec, "limits");
  for (const [name, value] of Object.entries(summedLimits)) {
    if (name.startsWith("hugepages-") && limits[name] === undefined && requests[name] === undefined)
      limits[name] = value;
  }
  if (Object.keys(limits).length > 0) {
    for (const [name, value] of Object.entries(sumOfContainers(spec, "requests"))) {
      if (isPodLevelResource(name) && !name.startsWith("hugepages-") && requests[name] === undefined)
        requests[name] = value;
    }
    for (const [name, value] of Object.entries(limits)) {
      if (isPodLevelResource(name) && requests[name] === undefined) requests[name] = value;
    }
  }
  if (!limitsGiven && Object.keys(requests).length > 0) {
    for (const [name, value] of Object.entries(summedLimits)) {
      if ((name === "cpu" || name === "memory") && limits[name] === undefined && allLimit(spec, name))
        limits[name] = value;
    }
  }
  if (Object.keys(limits).length > 0) resources.limits = limits;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/** The larger of what runs together and what any init container needs on its way; sidecars count with both. */
function sumOfContainers(spec: JsonObject, side: Side): Record<string, string> {
  const running = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const container of objectsAt(spec, "initContainers")) {
    const sidecar = container.restartPolicy === "Always";
    for (const [name, value] of quantities(container, side)) {
      if (sidecar) add(running, name, value);
      else raise(peak, name, { ...value, nano: value.nano + (running.get(name)?.nano ?? 0n) });
    }
  }
  for (const container of objectsAt(spec, "containers")) {
    for (const [name, value] of quantities(container, side)) add(running, name, value);
  }
  for (const [name, value] of peak) raise(running, name, value);
  return Object.fromEntries([...running].map(([name, value]) => [name, formatQuantity(value)]));
}

function allLimit(spec: JsonObject, name: string): boolean {
  const all = [...objectsAt(spec, "containers"), ...objectsAt(spec, "initContainers")];
  return all.every((container) => objectAt(objectAt(container, "resources"), "limits")?.[name] !== undefined);
}

function quantities(container: JsonObject, side: Side): [string, Quantity][] {
  const found = container.resources;
  const values = isJsonObject(found) ? objectAt(found, side) : undefined;
  return Object.entries(values ?? {}).flatMap(([name, value]) => {
    const quantity = quantityOf(value);
    return quantity === undefined ? [] : [[name, quantity] as [string, Quantity]];
  });
}

function add(into: Map<string, Quantity>, name: string, value: Quantity): void {
  const present = into.get(name);
  into.set(name, present === undefined ? value : { ...present, nano: present.nano + value.nano });
}

function raise(into: Map<string, Quantity>, name: string, value: Quantity): void {
  const present = into.get(name);
  if (present === undefined || present.nano < value.nano) into.set(name, value);
}
