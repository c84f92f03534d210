import { ruleResource } from "../core/path.ts";
import { urlMatches } from "../operations/access/rule-matching.ts";
import type { PolicyRule } from "../types/rbac-v1.ts";

/** One access that a run made, or that its source shows it will make. */
export type Access = ResourceAccess | PathAccess;

export interface ResourceAccess {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural name, with its sub-resource: `pods`, `pods/log`. */
  readonly resource: string;
  /** The one object that is meant, where a right to all of them would be far more; default any. */
  readonly name?: string | undefined;
  /** Undefined for cluster-scoped resources and for requests over all namespaces. */
  readonly namespace: string | undefined;
}

/** Of what is no resource: `/metrics`. */
export interface PathAccess {
  readonly verb: string;
  readonly path: string;
}

/** What to grant: cluster-wide rules, and rules in each namespace. */
export interface AccessRules {
  readonly cluster: readonly PolicyRule[];
  readonly namespaces: ReadonlyMap<string, readonly PolicyRule[]>;
}

/** Kubernetes' own order of verbs in its roles; anything else follows by name. */
const VERB_ORDER = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

function byVerb(a: string, b: string): number {
  const [left, right] = [VERB_ORDER.indexOf(a), VERB_ORDER.indexOf(b)];
  if (left >= 0 && right >= 0) return left - right;
  if (left < 0 && right < 0) return a < b ? -1 : 1;
  return left < 0 ? 1 : -1;
}

/** Paths that everybody may get: https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
const OPEN_PATHS = [
  ...["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", "/version", "/version/"],
  ...["/healthz", "/livez", "/readyz"],
];

/** What every authenticated user may do already (`system:basic-user`, `system:discovery`): never granted again. */
function everyoneMay(access: Access): boolean {
  if ("path" in access) return access.verb === "get" && OPEN_PATHS.some((one) => urlMatches(one, access.path));
  return access.verb === "create" && /^selfsubject\w*reviews$/.test(access.resource);
}

/** The fewest rules that grant these verbs: one a set of verbs and group, resources joined; names apart, paths last. */
function rulesOf(accesses: readonly Access[]): PolicyRule[] {
  const ofResources = accesses.flatMap((access) => ("path" in access ? [] : [access]));
  return [...resourceRules(ofResources), ...pathRules(accesses.filter((access) => "path" in access))];
}

function resourceRules(accesses: readonly ResourceAccess[]): PolicyRule[] {
  const entries = new Map<string, Omit<ResourceAccess, "verb"> & { readonly verbs: Set<string> }>();
  for (const { verb, ...access } of accesses) {
    const entry = entries.get(keyOf(access)) ?? { ...access, verbs: new Set() };
    entry.verbs.add(verb);
    entries.set(keyOf(access), entry);
  }
  const rules = new Map<string, PolicyRule>();
  for (const { group, resource, name, verbs: granted } of [...entries.values()].sort(byResource)) {
    const verbs = [...granted].sort(byVerb);
    const key = JSON.stringify([group, verbs, ...(name === undefined ? [] : [resource])]);
    const rule = rules.get(key);
    if (rule === undefined) {
      const named = name === undefined ? {} : { resourceNames: [name] };
      rules.set(key, { apiGroups: [group], resources: [resource], ...named, verbs });
    } else if (name === undefined) rule.resources?.push(resource);
    else rule.resourceNames?.push(name);
  }
  return [...rules.values()];
}

function pathRules(accesses: readonly PathAccess[]): PolicyRule[] {
  const paths = new Map<string, Set<string>>();
  for (const { verb, path } of accesses) paths.set(verb, (paths.get(verb) ?? new Set()).add(path));
  return [...paths]
    .sort(([a], [b]) => byVerb(a, b))
    .map(([verb, urls]) => ({ nonResourceURLs: [...urls].sort(), verbs: [verb] }));
}

function keyOf({ group, resource, name = "" }: Omit<ResourceAccess, "verb">): string {
  return JSON.stringify([group, resource, name]);
}

type Ordered = Pick<ResourceAccess, "group" | "resource" | "name">;

/** By group and resource; of one resource what is of all names first. */
function byResource(a: Ordered, b: Ordered): number {
  const keys = (one: Ordered): string[] => [one.group, one.resource, one.name ?? ""];
  const [left, right] = [keys(a), keys(b)];
  const at = left.findIndex((key, index) => key !== right[index]);
  return at < 0 ? 0 : (left[at] ?? "") < (right[at] ?? "") ? -1 : 1;
}

/**
 * The least rules that allow every access. What an access over all namespaces, or to objects of any name, allows already
 * is left out of the narrower ones.
 */
export function accessRules(accesses: readonly Access[]): AccessRules {
  const needed = accesses.filter((access) => !everyoneMay(access));
  const cluster: Access[] = [];
  const namespaces = new Map<string, ResourceAccess[]>();
  const granted = new Set(needed.flatMap((access) => ("path" in access ? [] : [scopeKey(access)])));
  for (const access of needed) {
    if ("path" in access) cluster.push(access);
    else if (wider(access).some((one) => granted.has(scopeKey(one)))) continue;
    else if (access.namespace === undefined) cluster.push(access);
    else namespaces.set(access.namespace, [...(namespaces.get(access.namespace) ?? []), access]);
  }
  return {
    cluster: rulesOf(cluster),
    namespaces: new Map(
      [...namespaces.keys()].sort().map((namespace) => [namespace, rulesOf(namespaces.get(namespace) ?? [])]),
    ),
  };
}

/** The accesses that would allow this one, too. */
function wider(access: ResourceAccess): ResourceAccess[] {
  const anyName = access.name === undefined ? [] : [{ ...access, name: undefined }];
  if (access.namespace === undefined) return anyName;
  return [...anyName, ...[access, ...anyName].map((one) => ({ ...one, namespace: undefined }))];
}

function scopeKey(access: ResourceAccess): string {
  return JSON.stringify([access.verb, keyOf(access), access.namespace ?? null]);
}

/** One line a rule for a person: `get, list pods, services (namespace web)`. */
export function describeRules(rules: AccessRules): string[] {
  const line = (rule: PolicyRule, where: string): string => {
    const { verbs, apiGroups: [group = ""] = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    const what = [...resources.map((resource) => ruleResource(resource, group)), ...nonResourceURLs].join(", ");
    const named = resourceNames.length === 0 ? "" : ` named ${resourceNames.join(", ")}`;
    return `${verbs.join(", ")} ${what}${named} (${where})`;
  };
  return [
    ...rules.cluster.map((rule) => line(rule, "whole cluster")),
    ...[...rules.namespaces].flatMap(([namespace, own]) => own.map((rule) => line(rule, `namespace ${namespace}`))),
  ];
}
