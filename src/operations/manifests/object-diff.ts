import type { UnknownObject } from "../../core/object.ts";
import { formatYaml } from "../../core/yaml.ts";
import { lineDiff } from "./line-diff.ts";

/**
 * Unified lines of an object's YAML before and after; empty when they are equal. What the server keeps for itself
 * (managedFields, resourceVersion, generation) is left out, and a Secret's values show only whether they change.
 * @param before undefined for an object that is made
 * @param after undefined for one that is deleted
 */
export function objectDiff(before: UnknownObject | undefined, after: UnknownObject | undefined): string {
  const secret = (before ?? after)?.kind === "Secret";
  const text = (object: UnknownObject | undefined, other: UnknownObject | undefined, mark: string): string => {
    if (object === undefined) return "";
    const tidied = tidy(object);
    return formatYaml(secret ? { ...tidied, data: masked(dataOf(object), dataOf(other), mark) } : tidied);
  };
  return lineDiff(text(before, after, "before"), text(after, before, "after"));
}

/** A value of a Secret shows as kept, or as changed. */
function masked(data: Record<string, unknown>, other: Record<string, unknown>, mark: string): Record<string, string> {
  return Object.fromEntries(Object.keys(data).map((key) => [key, data[key] === other[key] ? "***" : `*** (${mark})`]));
}

function dataOf(object: UnknownObject | undefined): Record<string, unknown> {
  return (object?.data ?? {}) as Record<string, unknown>;
}

function tidy(object: UnknownObject): UnknownObject {
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = object.metadata ?? {};
  return { ...object, metadata };
}
