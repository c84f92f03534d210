import type { JsonObject } from "../model/object.ts";
import { objectAt, objectsAt } from "../schema/fields.ts";
import { formatQuantity, type Quantity, quantityOf } from "../schema/quantity.ts";

/** Amounts by resource name: `cpu`, `requests.memory`, `count/deployments.apps`. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** The quantities of an object's field, such as `hard` or `limits`; what is none is left out. */
export function amountsAt(parent: JsonObject | undefined, field: string): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  for (const [name, value] of Object.entries(objectAt(parent, field) ?? {})) {
    const quantity = quantityOf(value);
    if (quantity !== undefined) amounts.set(name, quantity);
  }
  return amounts;
}

/** Adds `more` to `sum`, in place; `sign` -1 takes it away. A sum is written as its first part was. */
export function addTo(sum: Map<string, Quantity>, more: Amounts, sign: 1n | -1n = 1n): void {
  for (const [name, { nano, format }] of more) {
    const before = sum.get(name);
    sum.set(name, { nano: (before?.nano ?? 0n) + sign * nano, format: before?.format ?? format });
  }
}

/** A whole number as an amount. */
export function count(value: number): Quantity {
  return { nano: BigInt(value) * 1_000_000_000n, format: "DecimalSI" };
}

/** As JSON, names in order. */
export function formatAmounts(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(sorted(amounts).map(([name, quantity]) => [name, formatQuantity(quantity)]));
}

/** `cpu=2,memory=1Gi`, as messages write it. */
export function listAmounts(amounts: Amounts): string {
  return sorted(amounts)
    .map(([name, quantity]) => `${name}=${formatQuantity(quantity)}`)
    .join(",");
}

function sorted(amounts: Amounts): [string, Quantity][] {
  return [...amounts].sort(([left], [right]) => (left < right ? -1 : 1));
}

/**
 * What a pod's containers ask for together: the sum of those that run side by side, or the largest of those that run
 * before them, and the overhead.
 */
export function podAmounts(spec: JsonObject | undefined, field: "requests" | "limits"): Map<string, Quantity> {
  const of = (container: JsonObject): Amounts => amountsAt(objectAt(container, "resources"), field);
  const total = new Map<string, Quantity>();
  for (const container of objectsAt(spec, "containers")) addTo(total, of(container));
  const sidecars = new Map<string, Quantity>();
  const before = new Map<string, Quantity>();
  for (const container of objectsAt(spec, "initContainers")) {
    if (container.restartPolicy === "Always") {
      addTo(total, of(container));
      addTo(sidecars, of(container));
      raise(before, sidecars);
    } else {
      const together = new Map(sidecars);
      addTo(together, of(container));
      raise(before, together);
    }
  }
  raise(total, before);
  addTo(total, amountsAt(spec, "overhead"));
  return total;
}

function raise(amounts: Map<string, Quantity>, least: Amounts): void {
  for (const [name, quantity] of least) {
    const present = amounts.get(name);
    if (present === undefined || present.nano < quantity.nano) amounts.set(name, quantity);
  }
}
