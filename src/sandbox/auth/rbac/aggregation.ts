import { isDeepStrictEqual } from "node:util";
import { type LabelSelector, matchesSelector } from "../../model/label-selector.ts";
import type { ApiObject } from "../../model/object.ts";
import type { Registry } from "../../storage/registry.ts";
import { API_SERVER_USER } from "../well-known-users.ts";
import type { PolicyRule } from "./policy-rule.ts";
import { CLUSTER_ROLES, rulesOf } from "./rbac-objects.ts";

const OPTIONS = { manager: "kube-controller-manager", user: API_SERVER_USER };

/**
 * Keeps `rules` of every ClusterRole with an aggregationRule the union of the ClusterRoles it selects, in order of
 * their names. Works at once for what is there, and after each later change. The function returned ends it.
 */
export function aggregateClusterRoles(registry: Registry): () => void {
  let running = false;
  let again = false;
  const settle = (): void => {
    // Writing a role is itself a change of a role: note it, and go round until nothing changes.
    if (running) {
      again = true;
      return;
    }
    running = true;
    do {
      again = false;
      for (const role of registry.list(CLUSTER_ROLES)) aggregateOne(registry, role);
    } while (again);
    running = false;
  };
  const stop = registry.subscribe(CLUSTER_ROLES, settle);
  settle();
  return stop;
}

function aggregateOne(registry: Registry, role: ApiObject): void {
  const selectors = selectorsOf(role);
  if (selectors === undefined) return;
  const wanted: PolicyRule[] = [];
  for (const other of registry.list(CLUSTER_ROLES)) {
    if (other.metadata.name === role.metadata.name) continue;
    if (!selectors.some((selector) => matchesSelector(selector, other.metadata.labels))) continue;
    for (const rule of rulesOf(other)) {
      if (!wanted.some((known) => isDeepStrictEqual(known, rule))) wanted.push(rule);
    }
  }
  if (isDeepStrictEqual(wanted, rulesOf(role))) return;
  registry.modify(CLUSTER_ROLES, "", role.metadata.name ?? "", (current) => ({ ...current, rules: wanted }), OPTIONS);
}

function selectorsOf(role: ApiObject): readonly LabelSelector[] | undefined {
  const rule = role.aggregationRule as { clusterRoleSelectors?: readonly LabelSelector[] } | undefined;
  return rule?.clusterRoleSelectors;
}
