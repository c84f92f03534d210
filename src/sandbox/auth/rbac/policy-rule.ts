import type { RequestAttributes } from "../../model/request-attributes.ts";

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** Whether the rule allows the request. */
export function ruleAllows(rule: PolicyRule, request: RequestAttributes): boolean {
  if (!hasOrAll(rule.verbs, request.verb)) return false;
  if (!request.isResourceRequest) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, request.path));
  return (
    hasOrAll(rule.apiGroups, request.group) &&
    resourceMatches(rule, request.resource, request.subresource) &&
    ((rule.resourceNames ?? []).length === 0 || (rule.resourceNames ?? []).includes(request.name))
  );
}

function hasOrAll(list: readonly string[] | undefined, value: string): boolean {
  return list?.some((entry) => entry === "*" || entry === value) ?? false;
}

function resourceMatches(rule: PolicyRule, resource: string, subresource: string): boolean {
  const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
  return (
    rule.resources?.some(
      (entry) => entry === "*" || entry === wanted || (subresource !== "" && entry === `*/${subresource}`),
    ) ?? false
  );
}

/** `*`, an exact path, or a prefix that ends in `*`. */
function urlMatches(pattern: string, path: string): boolean {
  if (pattern === "*" || pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, ""));
}

/** A rule about one verb of one resource (and name) or one URL. */
export interface AtomicRule {
  readonly verb: string;
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly resourceName?: string;
  readonly nonResourceURL?: string;
}

/** Every single permission in a rule. */
export function breakDownRule(rule: PolicyRule): AtomicRule[] {
  const atoms: AtomicRule[] = [];
  for (const apiGroup of rule.apiGroups ?? []) {
    for (const resource of rule.resources ?? []) {
      for (const verb of rule.verbs) {
        const names = rule.resourceNames ?? [];
        if (names.length === 0) atoms.push({ verb, apiGroup, resource });
        for (const resourceName of names) atoms.push({ verb, apiGroup, resource, resourceName });
      }
    }
  }
  for (const nonResourceURL of rule.nonResourceURLs ?? []) {
    for (const verb of rule.verbs) atoms.push({ verb, nonResourceURL });
  }
  return atoms;
}

/** Whether holding `owner` means holding `atom` too. */
export function ruleCovers(owner: PolicyRule, atom: AtomicRule): boolean {
  if (!hasOrAll(owner.verbs, atom.verb)) return false;
  const { nonResourceURL } = atom;
  if (nonResourceURL !== undefined)
    return owner.nonResourceURLs?.some((url) => urlMatches(url, nonResourceURL)) ?? false;
  const [resource = "", subresource = ""] = (atom.resource ?? "").split("/");
  const names = owner.resourceNames ?? [];
  return (
    hasOrAll(owner.apiGroups, atom.apiGroup ?? "") &&
    resourceMatches(owner, resource, subresource) &&
    (names.length === 0 || (atom.resourceName !== undefined && names.includes(atom.resourceName)))
  );
}

/** The permissions of `wanted` that `held` does not give, gathered again into few rules. */
export function missingRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = wanted.flatMap(breakDownRule).filter((atom) => !held.some((rule) => ruleCovers(rule, atom)));
  return compactRules(missing);
}

function compactRules(atoms: readonly AtomicRule[]): PolicyRule[] {
  const rules = new Map<string, PolicyRule & { verbs: string[] }>();
  for (const atom of atoms) {
    const { verb, ...subject } = atom;
    const key = JSON.stringify(subject);
    const known = rules.get(key);
    if (known !== undefined) {
      if (!known.verbs.includes(verb)) known.verbs.push(verb);
      continue;
    }
    rules.set(key, {
      verbs: [verb],
      ...(atom.apiGroup === undefined ? {} : { apiGroups: [atom.apiGroup] }),
      ...(atom.resource === undefined ? {} : { resources: [atom.resource] }),
      ...(atom.resourceName === undefined ? {} : { resourceNames: [atom.resourceName] }),
      ...(atom.nonResourceURL === undefined ? {} : { nonResourceURLs: [atom.nonResourceURL] }),
    });
  }
  return [...rules.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`: a rule as messages show it. */
export function formatRule(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ];
  const shown = parts.flatMap(([name, values]) => (values?.length ? [`${name}:${formatStrings(values)}`] : []));
  return `{${shown.join(", ")}}`;
}

/** `["a" "b"]`: a list of strings as Go prints it with `%q`. */
export function formatStrings(values: readonly string[]): string {
  return `[${values.map((value) => JSON.stringify(value)).join(" ")}]`;
}
