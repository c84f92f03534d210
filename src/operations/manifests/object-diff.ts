import type { UnknownObject } from "../../core/object.ts";
import { record } from "../../core/record.ts";
import { formatYaml } from "../../core/yaml.ts";
import { lineDiff } from "./line-diff.ts";

/**
 * Unified lines of an object's YAML before and after; empty when they are equal. What the server keeps for itself
 * (managedFields, resourceVersion, generation, of a new object uid and time too) is left out, and a Secret's values show only whether they change.
 * @param before undefined for an object that is made
 * @param after undefined for one that is deleted
 */
export function objectDiff(before: UnknownObject | undefined, after: UnknownObject | undefined): string {
  const secret = (before ?? after)?.kind === "Secret";
  const text = (object: UnknownObject | undefined, other: UnknownObject | undefined, mark: string): string => {
    if (object === undefined) return "";
    const tidied = tidy(object, before === undefined);
    return formatYaml(secret ? masked(tidied, other, mark) : tidied);
  };
  return lineDiff(text(before, after, "before"), text(after, before, "after"));
}

/** A value of a Secret shows as kept, or as changed, wherever it stands. */
function masked(object: UnknownObject, other: UnknownObject | undefined, mark: string): UnknownObject {
  const copy = { ...object };
  for (const field of ["data", "stringData"]) {
    if (field in copy) copy[field] = maskedValues(record(copy[field]), record(other?.[field]), mark);
  }
  const { annotations } = object.metadata ?? {};
  // kubectl's own copy holds every value in the clear.
  if (annotations?.[LAST_APPLIED] === undefined) return copy;
  const mine = maskedValues({ [LAST_APPLIED]: annotations[LAST_APPLIED] }, other?.metadata?.annotations ?? {}, mark);
  return { ...copy, metadata: { ...copy.metadata, annotations: { ...annotations, ...mine } } };
}

const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

function maskedValues(
  values: Readonly<Record<string, unknown>>,
  others: Readonly<Record<string, unknown>>,
  mark: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value === others[key] ? "***" : `*** (${mark})`]),
  );
}

function tidy(object: UnknownObject, isNew: boolean): UnknownObject {
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = object.metadata ?? {};
  if (!isNew) return { ...object, metadata };
  // A dry run makes these up.
  const { uid: ____, creationTimestamp: _____, ...rest } = metadata;
  return { ...object, metadata: rest };
}
