import type { ApiObject } from "../../model/object.ts";
import type { PolicyRule } from "./policy-rule.ts";

/** Who a binding speaks of. */
export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The role that a binding grants. */
export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: string;
  readonly name: string;
}

/** A RoleBinding or ClusterRoleBinding, read. `namespace` is empty for the latter. */
export interface Binding {
  readonly name: string;
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subjects: readonly Subject[];
}

export const RBAC_GROUP = "rbac.authorization.k8s.io";
export const ROLES: string = `roles.${RBAC_GROUP}`;
export const CLUSTER_ROLES: string = `clusterroles.${RBAC_GROUP}`;
export const ROLE_BINDINGS: string = `rolebindings.${RBAC_GROUP}`;
export const CLUSTER_ROLE_BINDINGS: string = `clusterrolebindings.${RBAC_GROUP}`;

/** The rules of a Role or ClusterRole. */
export function rulesOf(role: ApiObject): readonly PolicyRule[] {
  return Array.isArray(role.rules) ? (role.rules as PolicyRule[]) : [];
}

export function bindingOf(object: ApiObject): Binding {
  return {
    name: object.metadata.name ?? "",
    namespace: object.metadata.namespace ?? "",
    roleRef: object.roleRef as RoleRef,
    subjects: Array.isArray(object.subjects) ? (object.subjects as Subject[]) : [],
  };
}
