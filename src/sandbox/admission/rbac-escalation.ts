import { isDeepStrictEqual } from "node:util";
import { formatRule, formatStrings, missingRules, type PolicyRule } from "../auth/rbac/policy-rule.ts";
import { authorizeByRbac, rulesForUser } from "../auth/rbac/rbac-authorizer.ts";
import { rbacIndexOf } from "../auth/rbac/rbac-index.ts";
import { bindingOf, RBAC_GROUP, rulesOf } from "../auth/rbac/rbac-objects.ts";
import { MASTERS_GROUP } from "../auth/well-known-users.ts";
import type { RequestAttributes } from "../model/request-attributes.ts";
import { forbidden, notFound } from "../model/status-error.ts";
import type { Registry } from "../storage/registry.ts";
import type { AdmissionAttributes, AdmissionPlugin } from "./admission.ts";

/** What a role with an aggregation rule may come to grant. */
const FULL_AUTHORITY: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/**
 * Nobody grants what they do not hold, unless the verb `escalate` (on roles) or `bind` (for bindings) lets them.
 * kube-apiserver checks this in its RBAC storage, which no flag turns off; here it is one more plugin:
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 */
export const rbacEscalation: AdmissionPlugin = {
  name: "RBACEscalation",
  validate(attributes, registry) {
    const { definition, operation, object, old, user } = attributes;
    if (definition.group !== RBAC_GROUP || object === undefined || user.groups.includes(MASTERS_GROUP)) return;
    if (operation !== "CREATE" && operation !== "UPDATE") return;
    switch (definition.resource) {
      case "roles":
      case "clusterroles":
        if (old !== undefined && sameGrant(object, old)) return;
        if (may(attributes, registry, "escalate", definition.resource, attributes.name)) return;
        if (object.aggregationRule !== undefined && !isDeepStrictEqual(object.aggregationRule, old?.aggregationRule)) {
          checkAggregation(attributes, registry);
        }
        checkHeld(attributes, registry, rulesOf(object));
        return;
      case "rolebindings":
      case "clusterrolebindings": {
        const sameSubjects = old !== undefined && isDeepStrictEqual(object.subjects, old.subjects);
        if (sameSubjects && isDeepStrictEqual(object.roleRef, old.roleRef)) return;
        checkBinding(attributes, registry);
        return;
      }
      default:
    }
  },
};

function sameGrant(object: { [field: string]: unknown }, old: { [field: string]: unknown }): boolean {
  return isDeepStrictEqual(object.rules, old.rules) && isDeepStrictEqual(object.aggregationRule, old.aggregationRule);
}

function may(
  attributes: AdmissionAttributes,
  registry: Registry,
  verb: string,
  resource: string,
  name: string,
): boolean {
  const request: RequestAttributes = {
    verb,
    isResourceRequest: true,
    path: "",
    group: RBAC_GROUP,
    version: "v1",
    resource,
    subresource: "",
    namespace: attributes.namespace,
    name,
  };
  return authorizeByRbac(rbacIndexOf(registry), attributes.user, request).allowed;
}

function checkBinding(attributes: AdmissionAttributes, registry: Registry): void {
  const { object, namespace } = attributes;
  if (object === undefined) return;
  const { roleRef } = bindingOf(object);
  const resource = roleRef.kind === "Role" ? "roles" : "clusterroles";
  if (may(attributes, registry, "bind", resource, roleRef.name)) return;
  const rules = rbacIndexOf(registry).rulesOfRole(roleRef, namespace);
  if (typeof rules === "string") {
    throw notFound({ group: RBAC_GROUP, resource: roleRef.kind.toLowerCase() }, roleRef.name);
  }
  checkHeld(attributes, registry, rules);
}

function checkAggregation(attributes: AdmissionAttributes, registry: Registry): void {
  const held = rulesForUser(rbacIndexOf(registry), attributes.user, attributes.namespace).rules;
  if (missingRules(held, FULL_AUTHORITY).length === 0) return;
  throw forbidden(
    attributes.definition,
    attributes.name,
    "must have cluster-admin privileges to use an aggregationRule",
  );
}

function checkHeld(attributes: AdmissionAttributes, registry: Registry, wanted: readonly PolicyRule[]): void {
  const { user, definition, namespace, name } = attributes;
  const { rules: held, error } = rulesForUser(rbacIndexOf(registry), user, namespace);
  const missing = missingRules(held, wanted);
  if (missing.length === 0) return;
  const who = `user ${JSON.stringify(user.username)} (groups=${formatStrings(user.groups)})`;
  const list = missing.map(formatRule).sort().join("\n");
  const suffix = error === "" ? "" : `; resolution errors: ${error}`;
  throw forbidden(
    definition,
    name,
    `${who} is attempting to grant RBAC permissions not currently held:\n${list}${suffix}`,
  );
}
