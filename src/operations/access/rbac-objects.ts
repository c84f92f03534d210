import type { KubernetesObject } from "../../core/object.ts";
import { isApiError } from "../../errors.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from "../../types/rbac-v1.ts";
import type { OperationContext } from "../context.ts";

/** Rules that a binding gives its subjects, and by which role. */
export interface BoundRules {
  /** `ClusterRoleBinding/cluster-admin`, `RoleBinding/team/devs`. */
  readonly binding: string;
  /** `ClusterRole/view`, `Role/team/deployer`. */
  readonly role: string;
  /** The binding's namespace; undefined for a ClusterRoleBinding. */
  readonly namespace: string | undefined;
  readonly subjects: readonly Subject[];
  readonly rules: readonly PolicyRule[];
}

/** What could be read of the rights of a namespace and of the whole cluster. */
export interface ReadRbac {
  readonly bound: readonly BoundRules[];
  /** What could not be read, so that rights may be missing: one sentence each. */
  readonly notes: readonly string[];
}

/**
 * All bindings that hold in a namespace (undefined: only those of the cluster), with the rules of their roles. An
 * aggregated ClusterRole has the rules of its parts already: the server fills them in. What we may not read is noted;
 * where that is every binding there is, the refusal is thrown.
 */
export async function readRbac(
  operation: OperationContext,
  namespace: string | undefined,
  options: Pick<CallScope, "signal">,
): Promise<ReadRbac> {
  const notes: string[] = [];
  const refused: unknown[] = [];
  const { signal } = options;
  const read = async <T extends KubernetesObject>(
    resource: string,
    within: string | undefined,
  ): Promise<T[] | undefined> => {
    const client = operation.resource<T>(`${resource}.rbac.authorization.k8s.io`);
    try {
      return await client.list({ signal, ...(within === undefined ? {} : { namespace: within }) });
    } catch (error) {
      if (!isApiError(error) || error.httpStatus !== 403) throw error;
      refused.push(error);
      notes.push(`${resource}${within === undefined ? "" : ` in ${within}`} could not be listed: ${error.reason}`);
      return undefined;
    }
  };
  const [clusterBindings, bindings = [], clusterRoles, roles] = await Promise.all([
    read<ClusterRoleBinding>("clusterrolebindings", undefined),
    namespace === undefined ? undefined : read<RoleBinding>("rolebindings", namespace),
    read<ClusterRole>("clusterroles", undefined),
    namespace === undefined ? undefined : read<Role>("roles", namespace),
  ]);
  if (clusterBindings === undefined && bindings.length === 0) throw refused[0];
  const rulesByRole = new Map<string, readonly PolicyRule[]>();
  for (const role of [...(clusterRoles ?? []), ...(roles ?? [])]) rulesByRole.set(roleKey(role), role.rules ?? []);
  const bound = [...(clusterBindings ?? []), ...bindings].map((binding) => boundRules(binding, rulesByRole));
  return { bound, notes };
}

function roleKey({ metadata }: Role | ClusterRole): string {
  const { name = "", namespace } = metadata ?? {};
  return namespace === undefined ? `ClusterRole/${name}` : `Role/${namespace}/${name}`;
}

function boundRules(
  { metadata, roleRef, subjects = [] }: RoleBinding,
  rulesByRole: ReadonlyMap<string, readonly PolicyRule[]>,
): BoundRules {
  const { name = "", namespace } = metadata ?? {};
  const role = roleRef.kind === "Role" ? `Role/${namespace ?? ""}/${roleRef.name}` : `ClusterRole/${roleRef.name}`;
  return {
    binding: namespace === undefined ? `ClusterRoleBinding/${name}` : `RoleBinding/${namespace}/${name}`,
    role,
    namespace,
    subjects,
    // A role that is not there gives nothing.
    rules: rulesByRole.get(role) ?? [],
  };
}
