/** The rights that are asked besides the write of whoever gives others something: a role, or a certificate. */
import type { AccessRules, ResourceAccess } from "./access-rules.ts";

export const RBAC_GROUP = "rbac.authorization.k8s.io";

/**
 * Asked of whoever writes a binding and does not hold all that its role gives, in the binding's namespace; none
 * for a role that is not known: the right to give any role is as good as all rights.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
 */
export function bindAccesses(
  { kind, name }: { readonly kind?: unknown; readonly name?: unknown },
  namespace: string | undefined,
): ResourceAccess[] {
  if (typeof name !== "string" || (kind !== "Role" && kind !== "ClusterRole")) return [];
  const resource = kind === "Role" ? "roles" : "clusterroles";
  return [{ verb: "bind", group: RBAC_GROUP, resource, name, namespace }];
}

/**
 * Asked of whoever approves or denies, for the request's signer:
 * https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization
 */
export const APPROVE: ResourceAccess = {
  verb: "approve",
  group: "certificates.k8s.io",
  resource: "signers",
  namespace: undefined,
};

/** What is said beside rules that let somebody write roles: the server asks for more than that, which no run shows. */
export function escalationNote({ cluster, namespaces }: AccessRules): string | undefined {
  const rules = [...cluster, ...[...namespaces.values()].flat()].filter(({ apiGroups }) =>
    apiGroups?.includes(RBAC_GROUP),
  );
  const written = ["roles", "clusterroles"].filter((plural) => {
    const may = (verb: string): boolean =>
      rules.some(({ resources = [], verbs }) => resources.includes(plural) && verbs.includes(verb));
    return ["create", "update", "patch"].some(may) && !may("escalate");
  });
  if (written.length === 0) return undefined;
  const flags = written.map((one) => `--allow escalate:${one}`).join(" ");
  return `It writes ${written.join(" and ")}. What these give, it must have itself, or else the verb escalate: kubescript schedule ${flags}.`;
}
