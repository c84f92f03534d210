/** Which rules give what others give: https://github.com/kubernetes/component-helpers/tree/master/auth/rbac/validation */
import { isDeepStrictEqual } from "node:util";
import type { PolicyRule } from "../../types/rbac-v1.ts";
import { urlMatches } from "./rule-matching.ts";

/** The smallest rules of `wanted` that no rule of `present` gives. */
export function missingRules(present: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = wanted.flatMap(smallestRules).filter((one) => !present.some((rule) => covers(rule, one)));
  return missing.filter((one, index) => missing.findIndex((other) => isDeepStrictEqual(other, one)) === index);
}

/** One rule for each verb of each resource (and name), and of each path. */
function smallestRules({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const names = resourceNames === undefined || resourceNames.length === 0 ? [undefined] : resourceNames;
  return verbs.flatMap((verb) => [
    ...(apiGroups ?? []).flatMap((group) =>
      (resources ?? []).flatMap((resource) =>
        names.map((name) => ({
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          ...(name === undefined ? {} : { resourceNames: [name] }),
        })),
      ),
    ),
    ...(nonResourceURLs ?? []).map((url) => ({ verbs: [verb], nonResourceURLs: [url] })),
  ]);
}

/** Whether a rule gives all that a smallest one gives. */
function covers(
  rule: PolicyRule,
  { verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule,
): boolean {
  const [verb = "", group, resource, name, url] = [verbs, apiGroups, resources, resourceNames, nonResourceURLs].map(
    (list) => list?.[0],
  );
  const has = (list: readonly string[] | undefined, value: string): boolean =>
    list !== undefined && (list.includes("*") || list.includes(value));
  if (!has(rule.verbs, verb)) return false;
  if (url !== undefined) return (rule.nonResourceURLs ?? []).some((one) => urlMatches(one, url));
  if (group === undefined || resource === undefined || !has(rule.apiGroups, group)) return false;
  const [, subresource] = resource.split("/");
  const below = subresource !== undefined && rule.resources?.includes(`*/${subresource}`) === true;
  if (!has(rule.resources, resource) && !below) return false;
  const named = rule.resourceNames ?? [];
  return named.length === 0 || (name !== undefined && named.includes(name));
}
