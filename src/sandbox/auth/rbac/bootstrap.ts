import type { Registry } from "../../storage/registry.ts";
import { API_SERVER_USER } from "../well-known-users.ts";
import { BOOTSTRAP_CLUSTER_ROLE_BINDINGS, BOOTSTRAP_CLUSTER_ROLES, BOOTSTRAP_ROLES } from "./bootstrap-roles.ts";
import { CLUSTER_ROLE_BINDINGS, CLUSTER_ROLES, RBAC_GROUP, ROLES } from "./rbac-objects.ts";

const OPTIONS = { manager: "kube-apiserver", user: API_SERVER_USER };
const API_VERSION = `${RBAC_GROUP}/v1`;
const ANNOTATIONS = { "rbac.authorization.kubernetes.io/autoupdate": "true" };
const LABELS = { "kubernetes.io/bootstrapping": "rbac-defaults" };

/** Creates the default roles and bindings that are not there yet. The system namespaces must exist. */
export function bootstrapRbac(registry: Registry): void {
  const ensure = (resource: string, namespace: string, name: string, fields: Record<string, unknown>): void => {
    if (registry.get(resource, namespace, name) !== undefined) return;
    const { labels, ...rest } = fields;
    const metadata = {
      name,
      ...(namespace === "" ? {} : { namespace }),
      labels: { ...LABELS, ...(labels as object | undefined) },
      annotations: ANNOTATIONS,
    };
    registry.create(resource, namespace, { apiVersion: API_VERSION, metadata, ...rest }, OPTIONS);
  };
  for (const { name, labels, aggregates, rules } of BOOTSTRAP_CLUSTER_ROLES) {
    const aggregationRule =
      aggregates === undefined
        ? {}
        : { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [aggregates]: "true" } }] } };
    ensure(CLUSTER_ROLES, "", name, { kind: "ClusterRole", labels, ...aggregationRule, rules: rules ?? null });
  }
  for (const { name, groups } of BOOTSTRAP_CLUSTER_ROLE_BINDINGS) {
    ensure(CLUSTER_ROLE_BINDINGS, "", name, {
      kind: "ClusterRoleBinding",
      roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name },
      subjects: groups.map((group) => ({ kind: "Group", apiGroup: RBAC_GROUP, name: group })),
    });
  }
  for (const { namespace, name, rules } of BOOTSTRAP_ROLES) {
    ensure(ROLES, namespace, name, { kind: "Role", rules });
  }
}
