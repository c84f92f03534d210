import type { LabelSelector } from "../../core/selector.ts";
import { UsageError } from "../../errors.ts";

/** The namespaces of each cluster: by name, `"*"` for all, or those with labels. */
export type AcrossNamespaces = "*" | readonly string[] | { readonly labels: LabelSelector };

/** Contexts by name, `"*"` for all of the kubeconfig; or contexts, namespaces, or both. */
export type AcrossTargets =
  | string
  | readonly string[]
  | { readonly contexts?: string | readonly string[] | undefined; readonly namespaces?: AcrossNamespaces | undefined };

/** One place that work is done in. */
export interface AcrossTarget {
  /** Absent where the work stays in one cluster. */
  readonly context?: string;
  /** Absent where each cluster is visited as a whole. */
  readonly namespace?: string;
}

/** {@link AcrossTargets}, read. */
export interface AcrossPlan {
  /** Undefined: the cluster that the handle is on. */
  readonly contexts: readonly string[] | undefined;
  readonly namespaces: AcrossNamespaces | undefined;
}

const HINT =
  'Write "*", ["staging", "production"], { namespaces: ["a", "b"] } or { contexts: "*", namespaces: { labels: "team=a" } }.';

/** @param known the contexts of the kubeconfig */
export function planAcross(targets: AcrossTargets, known: readonly string[]): AcrossPlan {
  const { contexts, namespaces, ...others } =
    typeof targets === "string" || isList(targets)
      ? { contexts: targets, namespaces: undefined }
      : ((targets ?? {}) as Exclude<AcrossTargets, string | readonly string[]>);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refusal(`there are no ${unknown} to go across`);
  if (contexts === undefined && namespaces === undefined) throw refusal("it names neither contexts nor namespaces");
  return {
    contexts: contexts === undefined ? undefined : contextsOf(contexts, known),
    namespaces: namespacesOf(namespaces),
  };
}

function contextsOf(contexts: string | readonly string[], known: readonly string[]): string[] {
  const names = contexts === "*" ? known : typeof contexts === "string" ? [contexts] : contexts;
  requireNames("contexts", names);
  if (names.length === 0) throw refusal(contexts === "*" ? "the kubeconfig has no contexts" : "no context is named");
  return [...new Set(names)];
}

function namespacesOf(namespaces: AcrossNamespaces | undefined): AcrossNamespaces | undefined {
  if (namespaces === undefined || namespaces === "*") return namespaces;
  if (isList(namespaces)) {
    requireNames("namespaces", namespaces);
    if (namespaces.length === 0) throw refusal("no namespace is named");
    return [...new Set(namespaces)];
  }
  if (typeof namespaces === "object" && namespaces !== null && "labels" in namespaces) return namespaces;
  throw refusal("namespaces are neither names nor labels");
}

function requireNames(field: string, names: unknown): asserts names is readonly string[] {
  if (isList(names) && names.every((one) => typeof one === "string" && one !== "")) return;
  throw refusal(`${field} are no list of names`);
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}

function refusal(what: string): UsageError {
  return new UsageError("INVALID_INPUT", `Cannot go across clusters: ${what}`, { hint: HINT });
}
