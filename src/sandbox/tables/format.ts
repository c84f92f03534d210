/** How kubectl's columns write times, labels and lists: https://github.com/kubernetes/kubernetes/blob/master/pkg/printers/internalversion/printers.go */
import { humanDuration } from "../../core/human-duration.ts";
import type { ApiObject, JsonObject } from "../model/object.ts";
import { objectAt, objectsAt, stringAt, stringMapAt, stringsAt } from "../schema/fields.ts";

export const NONE = "<none>";
export const UNSET = "<unset>";
export const UNKNOWN = "<unknown>";

/** How long ago a timestamp of the API was; `<unknown>` without one. */
export function since(timestamp: unknown, now: number): string {
  const ms = typeof timestamp === "string" ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(ms) ? UNKNOWN : humanDuration(now - ms);
}

export function age(object: ApiObject, now: number): string {
  return since(object.metadata.creationTimestamp, now);
}

/** `a=1,b=2`, sorted; `<none>` for no labels. */
export function formatLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? NONE : pairs.sort().join(",");
}

/** A label selector as a client would write it; `<none>` for one that selects everything, or none. */
export function formatSelector(selector: JsonObject | undefined): string {
  const parts: [key: string, text: string][] = Object.entries(stringMapAt(selector, "matchLabels") ?? {}).map(
    ([key, value]) => [key, `${key}=${value}`],
  );
  for (const expression of objectsAt(selector, "matchExpressions")) {
    const key = stringAt(expression, "key");
    const values = stringsAt(expression, "values").sort().join(",");
    const text: Record<string, string> = {
      In: `${key} in (${values})`,
      NotIn: `${key} notin (${values})`,
      Exists: key,
      DoesNotExist: `!${key}`,
    };
    parts.push([key, text[stringAt(expression, "operator")] ?? "<error>"]);
  }
  if (parts.length === 0) return NONE;
  return parts
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(",");
}

/** At most three of a list, and how many more there are. */
export function firstThree(values: readonly string[]): string {
  if (values.length === 0) return NONE;
  const shown = values.slice(0, 3).join(",");
  return values.length > 3 ? `${shown} + ${values.length - 3} more...` : shown;
}

/** Names and images of a pod template's containers. */
export function containerCells(template: JsonObject | undefined): [names: string, images: string] {
  const containers = objectsAt(objectAt(template, "spec"), "containers");
  return [
    containers.map((container) => stringAt(container, "name")).join(","),
    containers.map((container) => stringAt(container, "image")).join(","),
  ];
}

/** Addresses of a load balancer's status. */
export function loadBalancerAddresses(status: JsonObject | undefined): string[] {
  const all = objectsAt(objectAt(status, "loadBalancer"), "ingress");
  return [...new Set(all.map((one) => stringAt(one, "ip") || stringAt(one, "hostname")).filter((text) => text !== ""))];
}

/** The condition of a type in a status. */
export function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  return objectsAt(objectAt(object, "status"), "conditions").find((condition) => condition.type === type);
}
