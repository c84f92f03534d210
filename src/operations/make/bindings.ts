import type { ClusterRoleBinding, RoleBinding, RoleRef, Subject } from "../../types/rbac-v1.ts";
import { listOf, type MakeOptions, making, metadataFor, type Refuse } from "./making.ts";

const RBAC_GROUP = "rbac.authorization.k8s.io";

/** Whom a binding is for. */
export interface SubjectOptions {
  /** One or several; a comma is part of a name. */
  readonly users?: string | readonly string[] | undefined;
  readonly groups?: string | readonly string[] | undefined;
  /** Each `"namespace:name"`. */
  readonly serviceAccounts?: string | readonly string[] | undefined;
}

/** A Role of the binding's namespace, or a ClusterRole. */
export type MakeRoleBindingOptions = MakeOptions &
  SubjectOptions &
  (
    | { readonly role: string; readonly clusterRole?: undefined }
    | { readonly clusterRole: string; readonly role?: undefined }
  );

export interface MakeClusterRoleBindingOptions extends MakeOptions, SubjectOptions {
  readonly clusterRole: string;
}

const SUBJECTS = ["users", "groups", "serviceAccounts"];

export function makeRoleBinding(name: string, options: MakeRoleBindingOptions): RoleBinding {
  const refuse = making("RoleBinding", name, options, ["role", "clusterRole", ...SUBJECTS]);
  const { role, clusterRole } = options;
  if ((role === undefined) === (clusterRole === undefined)) {
    throw refuse(
      role === undefined ? "it names no role" : "it names a role and a clusterRole",
      'Say { role: "deployer" } or { clusterRole: "view" }.',
    );
  }
  const roleRef: RoleRef =
    role === undefined
      ? { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: clusterRole ?? "" }
      : { apiGroup: RBAC_GROUP, kind: "Role", name: role };
  return bindingOf("RoleBinding", refuse, name, options, roleRef);
}

export function makeClusterRoleBinding(name: string, options: MakeClusterRoleBindingOptions): ClusterRoleBinding {
  const refuse = making("ClusterRoleBinding", name, options, ["clusterRole", ...SUBJECTS]);
  if (typeof options.clusterRole !== "string" || options.clusterRole === "") {
    throw refuse("it names no role", 'Say { clusterRole: "view" }.');
  }
  const roleRef = { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: options.clusterRole };
  return bindingOf("ClusterRoleBinding", refuse, name, options, roleRef);
}

function bindingOf(
  kind: string,
  refuse: Refuse,
  name: string,
  options: MakeOptions & SubjectOptions,
  roleRef: RoleRef,
): RoleBinding {
  const subjects = subjectsOf(refuse, options);
  return {
    apiVersion: `${RBAC_GROUP}/v1`,
    kind,
    metadata: metadataFor(name, options),
    ...(subjects.length === 0 ? {} : { subjects }),
    roleRef,
  };
}

function subjectsOf(refuse: Refuse, options: SubjectOptions): Subject[] {
  const named = (kind: string, names: string | readonly string[] | undefined): Subject[] =>
    listOf(names).map((name) => ({ kind, apiGroup: RBAC_GROUP, name }));
  return [
    ...named("User", options.users),
    ...named("Group", options.groups),
    ...listOf(options.serviceAccounts).map((one) => {
      const [namespace = "", name = "", ...rest] = one.split(":");
      if (namespace === "" || name === "" || rest.length > 0) {
        throw refuse(`the service account "${one}" cannot be read`, 'Write "namespace:name".');
      }
      return { kind: "ServiceAccount", name, namespace };
    }),
  ];
}
