/** What rules allow: https://github.com/kubernetes/component-helpers/blob/master/auth/rbac/validation/policy_comparator.go */
import type { PolicyRule } from "../../types/rbac-v1.ts";
import type { AccessAttributes } from "./attributes.ts";

/** Whether one rule alone allows a request, as the RBAC authorizer sees it. */
export function ruleAllows(rule: PolicyRule, asked: AccessAttributes): boolean {
  if (!holds(rule.verbs, asked.verb)) return false;
  if ("path" in asked) return (rule.nonResourceURLs ?? []).some((url) => urlMatches(url, asked.path));
  const { group, resource, subresource, name } = asked;
  const { apiGroups = [], resources = [], resourceNames = [] } = rule;
  if (!holds(apiGroups, group)) return false;
  const below = subresource === undefined || subresource === "" ? "" : `/${subresource}`;
  const matches = holds(resources, `${resource}${below}`) || (below !== "" && resources.includes(`*${below}`));
  return matches && (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)));
}

function holds(list: readonly string[], value: string): boolean {
  return list.includes("*") || list.includes(value);
}

/** Whether a path of a rule, which may end with `*`, is or holds another. */
export function urlMatches(url: string, path: string): boolean {
  if (url === "*" || url === path) return true;
  return url.endsWith("*") && path.startsWith(url.slice(0, -1));
}
