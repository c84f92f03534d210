import { isDeepStrictEqual } from "node:util";
import { isApiError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { nextTry } from "../../resources/next-try.ts";
import type { WriteOptions } from "../../resources/options.ts";
import { namespaceOf } from "../../resources/scope.ts";
import type { RoleBinding, RoleRef, Subject } from "../../types/rbac-v1.ts";
import type { OperationContext } from "../context.ts";
import { listed, retold } from "../shared/retold.ts";

/** Who gets, or loses, which role: one subject and one role. */
export interface GrantOptions extends WriteOptions {
  readonly user?: string | undefined;
  readonly group?: string | undefined;
  /** `"namespace:name"`, or a name in the namespace of the grant. */
  readonly serviceAccount?: string | undefined;
  /** A Role of the namespace. */
  readonly role?: string | undefined;
  readonly clusterRole?: string | undefined;
  /** Where it holds. Default the handle's; `"*"` for the whole cluster. */
  readonly namespace?: string | undefined;
  /** Of the binding. Default: one made of role and subject, such as `view:user:jane`. */
  readonly name?: string | undefined;
}

/** What became of a binding. */
export interface GrantResult {
  readonly action: "created" | "changed" | "unchanged" | "deleted";
  readonly kind: "RoleBinding" | "ClusterRoleBinding";
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  /** Its name. */
  readonly binding: string;
  /** `ClusterRole/view` */
  readonly role: string;
}

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** Sees to it that a subject has a role: leaves the binding that says so, adds to one, or makes it. */
export async function grant(operation: OperationContext, options: GrantOptions): Promise<GrantResult> {
  const wanted = wantedBinding(operation, "grant", options);
  const { bindings, kind, namespace, roleRef, subject, write } = wanted;
  const name = options.name ?? bindingName(roleRef, subject);
  await requireRole(operation, wanted);
  const result = (action: GrantResult["action"], binding: string): GrantResult => ({
    ...{ action, kind, namespace, binding },
    role: `${roleRef.kind}/${roleRef.name}`,
  });
  const present = await listIfAllowed(bindings, write.signal);
  const holding = present.find((one) => sameRole(one.roleRef, roleRef) && hasSubject(one, subject));
  if (holding !== undefined) return result("unchanged", holding.metadata?.name ?? "");
  return retrying(bindings, write.signal, async () => {
    const binding = await bindings.find(name, { signal: write.signal });
    if (binding === undefined) {
      await bindings.create({ metadata: { name }, roleRef, subjects: [subject] }, write);
      return result("created", name);
    }
    if (!sameRole(binding.roleRef, roleRef)) {
      const other = `${binding.roleRef.kind} "${binding.roleRef.name}"`;
      throw new UsageError("USAGE", `Cannot ${wanted.label}: ${kind} "${name}" is for ${other}`, {
        hint: "A binding keeps its role. Give the new one another name: { name }.",
      });
    }
    if (hasSubject(binding, subject)) return result("unchanged", name);
    await bindings.replace({ ...binding, subjects: [...(binding.subjects ?? []), subject] }, write);
    return result("changed", name);
  });
}

/**
 * Takes a role from a subject, in all bindings of the namespace (or of the cluster) that give it; a binding that is left
 * without subjects is deleted. One result for each; none where it has no such binding.
 */
export async function revoke(operation: OperationContext, options: GrantOptions): Promise<GrantResult[]> {
  const wanted = wantedBinding(operation, "revoke", options);
  const { bindings, kind, namespace, roleRef, subject, write } = wanted;
  const present = await bindings.list({ signal: write.signal });
  const names = present
    .filter((one) => sameRole(one.roleRef, roleRef) && hasSubject(one, subject))
    .map(({ metadata }) => metadata?.name ?? "")
    .filter((one) => options.name === undefined || one === options.name);
  const results: GrantResult[] = [];
  for (const name of names) {
    try {
      const action = await retrying(bindings, write.signal, () => removeSubject(bindings, name, subject, write));
      results.push({ action, kind, namespace, binding: name, role: `${roleRef.kind}/${roleRef.name}` });
    } catch (error) {
      if (!isKubescriptError(error)) throw error;
      const left = listed(names.slice(results.length).map((one) => `"${one}"`));
      const hint = `It still has the role by ${kind} ${left}.`;
      throw retold(error, error.message, error.hint === undefined ? hint : `${error.hint} ${hint}`);
    }
  }
  return results;
}

async function removeSubject(
  bindings: ResourceClient<RoleBinding>,
  name: string,
  subject: Subject,
  write: WriteOptions,
): Promise<GrantResult["action"]> {
  const binding = await bindings.find(name, { signal: write.signal });
  if (binding === undefined) return "deleted";
  const { uid, resourceVersion } = binding.metadata ?? {};
  const left = (binding.subjects ?? []).filter((one) => !isDeepStrictEqual(normal(one), normal(subject)));
  if (left.length > 0) {
    await bindings.replace({ ...binding, subjects: left }, write);
    return "changed";
  }
  // Only this very state: somebody may be adding a subject now.
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  await bindings.delete(name, { preconditions, dryRun: write.dryRun, signal: write.signal });
  return "deleted";
}

interface WantedBinding {
  readonly label: string;
  readonly bindings: ResourceClient<RoleBinding>;
  readonly kind: "RoleBinding" | "ClusterRoleBinding";
  readonly namespace: string;
  readonly roleRef: RoleRef;
  readonly subject: Subject;
  readonly write: WriteOptions;
}

function wantedBinding(operation: OperationContext, action: string, options: GrantOptions): WantedBinding {
  const { user, group, serviceAccount, role, clusterRole, namespace: given, name: _, ...write } = options;
  const { scope } = operation;
  const where = given ?? namespaceOf(scope);
  const refuse = (what: string, hint: string): UsageError =>
    new UsageError("INVALID_INPUT", `Cannot ${action} a role: ${what}`, { hint });
  const subjects = Object.entries({ user, group, serviceAccount }).filter(([, one]) => one !== undefined);
  const [kind = "", subjectName = ""] = subjects[0] ?? [];
  if (subjects.length !== 1 || subjectName === "") {
    throw refuse(
      subjects.length > 1 ? `${subjects.map(([one]) => one).join(" and ")} are given together` : "no subject is given",
      'Say one of { user: "jane" }, { group: "devs" }, { serviceAccount: "ops:deployer" }.',
    );
  }
  if ((role === undefined) === (clusterRole === undefined) || (role ?? clusterRole) === "") {
    throw refuse(
      role !== undefined && clusterRole !== undefined ? "role and clusterRole are given together" : "no role is given",
      'Say { clusterRole: "view" }, or { role: "deployer" } for a Role of the namespace.',
    );
  }
  if (role !== undefined && where === "*") {
    throw refuse(`a Role, "${role}", holds in one namespace`, "Name the namespace, or take a ClusterRole.");
  }
  const subject = subjectOf(kind, subjectName, where);
  if (subject === undefined) {
    throw refuse(`the service account "${subjectName}" cannot be read`, 'Write "namespace:name".');
  }
  const everywhere = where === "*";
  const plural = everywhere ? "clusterrolebindings" : "rolebindings";
  const bindings = operation.resource<RoleBinding>(`${plural}.${RBAC_GROUP}`);
  const roleKind = role === undefined ? "ClusterRole" : "Role";
  const roleName = role ?? clusterRole ?? "";
  return {
    label: `${action} ${roleKind} "${roleName}"`,
    bindings: everywhere ? bindings : bindings.in(where),
    kind: everywhere ? "ClusterRoleBinding" : "RoleBinding",
    namespace: everywhere ? "" : where,
    roleRef: { apiGroup: RBAC_GROUP, kind: roleKind, name: roleName },
    subject,
    write,
  };
}

function subjectOf(kind: string, name: string, namespace: string): Subject | undefined {
  if (kind === "user") return { kind: "User", apiGroup: RBAC_GROUP, name };
  if (kind === "group") return { kind: "Group", apiGroup: RBAC_GROUP, name };
  const [first = "", second, ...rest] = name.split(":");
  const [within, account] = second === undefined ? [namespace, first] : [first, second];
  if (rest.length > 0 || within === "*" || within === "" || account === "") return undefined;
  return { kind: "ServiceAccount", name: account, namespace: within };
}

/** A name of a role that nobody has made would be bound without a word. */
async function requireRole(
  operation: OperationContext,
  { label, roleRef, namespace, write }: WantedBinding,
): Promise<void> {
  const plural = roleRef.kind === "Role" ? "roles" : "clusterroles";
  const roles = operation.resource(`${plural}.${RBAC_GROUP}`);
  try {
    await roles.get(roleRef.name, { signal: write.signal, ...(roleRef.kind === "Role" ? { namespace } : {}) });
  } catch (error) {
    // Who may bind a role need not be able to read it.
    if (isApiError(error) && error.httpStatus === 403) return;
    if (!isApiError(error) || error.httpStatus !== 404) throw error;
    const where = roleRef.kind === "Role" ? ` in namespace "${namespace}"` : "";
    throw new UsageError("NOT_FOUND", `Cannot ${label}: there is no such ${roleRef.kind}${where}`, {
      cause: error,
      hint: `Look at k8s.${plural}.list().`,
    });
  }
}

async function listIfAllowed(
  bindings: ResourceClient<RoleBinding>,
  signal: AbortSignal | undefined,
): Promise<readonly RoleBinding[]> {
  try {
    return await bindings.list({ signal });
  } catch (error) {
    if (isApiError(error) && error.httpStatus === 403) return [];
    throw error;
  }
}

function sameRole(a: RoleRef, b: RoleRef): boolean {
  return a.kind === b.kind && a.name === b.name;
}

function hasSubject({ subjects = [] }: RoleBinding, subject: Subject): boolean {
  return subjects.some((one) => isDeepStrictEqual(normal(one), normal(subject)));
}

function normal({ kind, name, namespace }: Subject): object {
  return { kind, name, namespace: kind === "ServiceAccount" ? namespace : undefined };
}

/** `/` and `%` may not stand in a name; all else of a role's or user's may. */
function bindingName(roleRef: RoleRef, { kind, name, namespace }: Subject): string {
  const words = [roleRef.name, kind.toLowerCase(), ...(namespace === undefined ? [] : [namespace]), name];
  return words.join(":").replace(/[/%]/g, "-");
}

/** Does it again when another was quicker. */
async function retrying<T>(
  { timing }: ResourceClient<RoleBinding>,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      await nextTry(error, tried, { timing, creates: true, signal });
    }
  }
}
