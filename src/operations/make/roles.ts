import { resolveName } from "../../core/names.ts";
import type { LabelSelectorObject } from "../../core/selector.ts";
import { unlistedResource } from "../../core/unlisted-resources.ts";
import { BUILT_IN_RESOURCES } from "../../types/built-in-resources.ts";
import type { ClusterRole, PolicyRule, Role } from "../../types/rbac-v1.ts";
import { listOf, type MakeOptions, making, metadataFor, type Names, namesOf, type Refuse } from "./making.ts";
import { selectorObject } from "./selector-object.ts";

/** What may be done with what. */
export interface RuleSpec {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`, … or `*`. */
  readonly verbs?: Names | undefined;
  /**
   * By any name of a built-in kind, with a sub-resource where it is one: `pods`, `deploy`, `pods/log`; with their group
   * where they are custom: `widgets.example.com`; `*` and `*.apps` for all.
   */
  readonly resources?: Names | undefined;
  /** Only the objects of these names. Default: all. */
  readonly resourceNames?: string | readonly string[] | undefined;
}

export interface ClusterRuleSpec extends RuleSpec {
  /** Paths that are no resources: `/healthz`, `/logs/*`. */
  readonly nonResourceURLs?: Names | undefined;
}

export interface MakeRoleOptions extends MakeOptions, RuleSpec {
  /** Several rules in the place of one. */
  readonly rules?: readonly RuleSpec[] | undefined;
}

export interface MakeClusterRoleOptions extends MakeOptions, ClusterRuleSpec {
  /** Several rules in the place of one. */
  readonly rules?: readonly ClusterRuleSpec[] | undefined;
  /** Has the rules of all ClusterRoles with these labels, in the place of its own: `"rbac.example.com/part=yes"`. */
  readonly aggregationRule?: string | LabelSelectorObject | Readonly<Record<string, string>> | undefined;
}

export function makeRole(name: string, options: MakeRoleOptions): Role {
  const refuse = making("Role", name, options, ["verbs", "resources", "resourceNames", "rules"]);
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: metadataFor(name, options),
    rules: allRules(refuse, options, ["verbs", "resources", "resourceNames"]),
  };
}

export function makeClusterRole(name: string, options: MakeClusterRoleOptions): ClusterRole {
  const fields = ["verbs", "resources", "resourceNames", "nonResourceURLs"] as const;
  const refuse = making("ClusterRole", name, options, [...fields, "rules", "aggregationRule"]);
  const head = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: metadataFor(name, options),
  };
  const { aggregationRule } = options;
  if (aggregationRule === undefined) return { ...head, rules: allRules(refuse, options, fields) };
  if ([...fields, "rules" as const].some((field) => options[field] !== undefined)) {
    throw refuse(
      "aggregationRule and rules are given together",
      "The server fills in the rules of the roles it selects.",
    );
  }
  return {
    ...head,
    aggregationRule: { clusterRoleSelectors: [selectorObject(refuse, "aggregationRule", aggregationRule)] },
  };
}

function allRules(
  refuse: Refuse,
  options: MakeClusterRoleOptions,
  fields: readonly (keyof ClusterRuleSpec)[],
): PolicyRule[] {
  if (options.rules === undefined) return rulesOf(refuse, options);
  const field = fields.find((one) => options[one] !== undefined);
  if (field !== undefined) throw refuse(`rules and ${field} are given together`);
  return options.rules.flatMap((one) => {
    const unknown = Object.keys(one).find((key) => !(fields as readonly string[]).includes(key));
    if (unknown !== undefined) throw refuse(`a rule has no "${unknown}"`, `It takes ${fields.join(", ")}.`);
    return rulesOf(refuse, one);
  });
}

/** Verbs that nothing but resources has. */
const RESOURCE_VERBS = [
  "list",
  "watch",
  "create",
  "update",
  "deletecollection",
  "use",
  "bind",
  "escalate",
  "impersonate",
];

/** One rule for the resources of each group, and one for the paths. */
function rulesOf(refuse: Refuse, spec: ClusterRuleSpec): PolicyRule[] {
  const given = namesOf(spec.verbs);
  const verbs = given.includes("*") ? ["*"] : given;
  if (verbs.length === 0) throw refuse("a rule has no verbs", 'Say { verbs: "get,list,watch" }.');
  const odd = verbs.find((one) => !/^([a-z][-a-z:]*|\*)$/.test(one));
  if (odd !== undefined)
    throw refuse(
      `"${odd}" is no verb`,
      "Verbs are words in lower case: get, list, watch, create, update, patch, delete.",
    );
  const resources = namesOf(spec.resources);
  const urls = namesOf(spec.nonResourceURLs);
  const names = [...listOf(spec.resourceNames)];
  if (resources.length === 0 && urls.length === 0)
    throw refuse("a rule has no resources", 'Say { resources: "pods,pods/log" }.');
  if (resources.length === 0 && names.length > 0) throw refuse("resourceNames are given without resources");
  const groups = new Map<string, string[]>();
  for (const one of resources) {
    const { group, resource } = resourceOf(refuse, one);
    groups.set(group, [...new Set([...(groups.get(group) ?? []), resource])]);
  }
  const rules: PolicyRule[] = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, list]) => ({
      verbs,
      apiGroups: [group],
      resources: list,
      ...(names.length === 0 ? {} : { resourceNames: names }),
    }));
  return urls.length === 0
    ? rules
    : [...rules, { verbs, nonResourceURLs: urls.map((one) => urlOf(refuse, one, verbs)) }];
}

function resourceOf(refuse: Refuse, text: string): { group: string; resource: string } {
  const [type = "", ...below] = text.split("/");
  const sub = below.length === 0 ? "" : `/${below.join("/")}`;
  const [plural = "", ...rest] = type.split(".");
  if (plural === "*") return { group: rest.join("."), resource: `*${sub}` };
  const found = resolveName(type, BUILT_IN_RESOURCES);
  if (found.type === "found") return { group: found.resource.group, resource: `${found.resource.name}${sub}` };
  const unlisted = unlistedResource(type);
  if (unlisted !== undefined) return { group: unlisted.group, resource: `${unlisted.name}${sub}` };
  const [version, ...group] = rest;
  if (plural !== "" && version !== undefined) {
    return {
      group: /^v\d/.test(version) && group.length > 0 ? group.join(".") : rest.join("."),
      resource: `${plural}${sub}`,
    };
  }
  const near = found.type === "unknown" ? found.nearest.map((one) => `"${one}"`).join(" or ") : "";
  throw refuse(
    `no built-in resource is called "${type}"`,
    `${near === "" ? "" : `Did you mean ${near}? `}Write a custom one with its group: "widgets.example.com".`,
  );
}

function urlOf(refuse: Refuse, url: string, verbs: readonly string[]): string {
  if (url !== "*" && !/^\/[^*]*\*?$/.test(url)) {
    throw refuse(`"${url}" is no path`, 'A path begins with a slash; a "*" may stand at its end: "/logs/*".');
  }
  const verb = verbs.find((one) => RESOURCE_VERBS.includes(one));
  if (verb !== undefined)
    throw refuse(`the path ${url} has no "${verb}"`, "Paths have get, head, options, post, put, patch and delete.");
  return url;
}
