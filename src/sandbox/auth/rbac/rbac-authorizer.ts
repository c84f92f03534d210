import type { Decision } from "../../model/identity.ts";
import type { RequestAttributes } from "../../model/request-attributes.ts";
import type { UserInfo } from "../../model/user.ts";
import { MASTERS_GROUP } from "../well-known-users.ts";
import { type PolicyRule, ruleAllows } from "./policy-rule.ts";
import type { RbacIndex } from "./rbac-index.ts";
import type { Binding, Subject } from "./rbac-objects.ts";

/** Paths that everybody may read, whatever the roles say (`--authorization-always-allow-paths`). */
const ALWAYS_ALLOWED_PATHS = new Set(["/healthz", "/readyz", "/livez"]);

/** Decides by roles and bindings; `system:masters` may do everything. */
export function authorizeByRbac(index: RbacIndex, user: UserInfo, attributes: RequestAttributes): Decision {
  if (user.groups.includes(MASTERS_GROUP)) return { allowed: true, reason: "" };
  if (!attributes.isResourceRequest && ALWAYS_ALLOWED_PATHS.has(attributes.path)) return { allowed: true, reason: "" };
  const errors: string[] = [];
  for (const grant of index.grants(user, attributes.namespace)) {
    if ("error" in grant) errors.push(grant.error);
    else if (ruleAllows(grant.rule, attributes)) {
      return { allowed: true, reason: `RBAC: allowed by ${describeBinding(grant.binding, grant.subject)}` };
    }
  }
  return { allowed: false, reason: errors.length === 0 ? "" : `RBAC: ${joinErrors(errors)}` };
}

/** Every rule that holds for the user in the namespace, and what kept further ones from being found. */
export function rulesForUser(
  index: RbacIndex,
  user: UserInfo,
  namespace: string,
): { rules: PolicyRule[]; error: string } {
  const rules: PolicyRule[] = [];
  const errors: string[] = [];
  for (const grant of index.grants(user, namespace)) {
    if ("error" in grant) errors.push(grant.error);
    else rules.push(grant.rule);
  }
  return { rules, error: errors.length === 0 ? "" : joinErrors(errors) };
}

/** One message, or `[a, b]` without repetitions. */
function joinErrors(errors: readonly string[]): string {
  const unique = [...new Set(errors)];
  return unique.length === 1 ? (unique[0] ?? "") : `[${unique.join(", ")}]`;
}

function describeBinding(binding: Binding, subject: Subject): string {
  const { kind, name } = binding.roleRef;
  const [bindingKind, bindingName] =
    binding.namespace === ""
      ? ["ClusterRoleBinding", binding.name]
      : ["RoleBinding", `${binding.name}/${binding.namespace}`];
  const who =
    subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace || binding.namespace}` : subject.name;
  return `${bindingKind} "${bindingName}" of ${kind} "${name}" to ${subject.kind} "${who}"`;
}
