import { ruleResource } from "../core/path.ts";

/** One access that a run made, or that its source shows it will make. */
export interface Access {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Plural name, with its sub-resource: `pods`, `pods/log`. */
  readonly resource: string;
  /** Undefined for cluster-scoped resources and for requests over all namespaces. */
  readonly namespace: string | undefined;
}

/** `rbac/v1` PolicyRule, as far as resources go. */
export interface PolicyRule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
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

/** What every authenticated user may do already (`system:basic-user`, `system:discovery`): never granted again. */
function everyoneMay(access: Access): boolean {
  return access.verb === "create" && /^selfsubject\w*reviews$/.test(access.resource);
}

/** The fewest rules that grant these verbs: one a set of verbs and group, resources joined. */
function rulesOf(accesses: readonly Access[]): PolicyRule[] {
  const verbs = new Map<string, { group: string; resource: string; verbs: Set<string> }>();
  for (const { group, resource, verb } of accesses) {
    const key = `${group}\n${resource}`;
    const entry = verbs.get(key) ?? { group, resource, verbs: new Set() };
    entry.verbs.add(verb);
    verbs.set(key, entry);
  }
  const rules = new Map<string, PolicyRule>();
  for (const { group, resource, verbs: granted } of [...verbs.values()].sort((a, b) => order(a, b))) {
    const sorted = [...granted].sort(byVerb);
    const key = `${group}\n${sorted.join(",")}`;
    const rule = rules.get(key);
    if (rule === undefined) rules.set(key, { apiGroups: [group], resources: [resource], verbs: sorted });
    else rule.resources.push(resource);
  }
  return [...rules.values()];
}

function order(a: { group: string; resource: string }, b: { group: string; resource: string }): number {
  if (a.group !== b.group) return a.group < b.group ? -1 : 1;
  return a.resource < b.resource ? -1 : 1;
}

/**
 * The least rules that allow every access. An access over all namespaces makes the same one inside a single
 * namespace needless, so that is left out.
 */
export function accessRules(accesses: readonly Access[]): AccessRules {
  const needed = accesses.filter((access) => !everyoneMay(access));
  const cluster = needed.filter((access) => access.namespace === undefined);
  const everywhere = new Set(cluster.map(({ verb, group, resource }) => `${verb}\n${group}\n${resource}`));
  const namespaces = new Map<string, Access[]>();
  for (const access of needed) {
    if (access.namespace === undefined) continue;
    if (everywhere.has(`${access.verb}\n${access.group}\n${access.resource}`)) continue;
    namespaces.set(access.namespace, [...(namespaces.get(access.namespace) ?? []), access]);
  }
  return {
    cluster: rulesOf(cluster),
    namespaces: new Map(
      [...namespaces.keys()].sort().map((namespace) => [namespace, rulesOf(namespaces.get(namespace) ?? [])]),
    ),
  };
}

/** One line a rule for a person: `get, list pods, services (namespace web)`. */
export function describeRules(rules: AccessRules): string[] {
  const line = (rule: PolicyRule, where: string): string => {
    const group = rule.apiGroups[0] ?? "";
    const resources = rule.resources.map((resource) => ruleResource(resource, group));
    return `${rule.verbs.join(", ")} ${resources.join(", ")} (${where})`;
  };
  return [
    ...rules.cluster.map((rule) => line(rule, "whole cluster")),
    ...[...rules.namespaces].flatMap(([namespace, own]) => own.map((rule) => line(rule, `namespace ${namespace}`))),
  ];
}
