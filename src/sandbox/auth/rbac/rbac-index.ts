import type { ApiObject } from "../../model/object.ts";
import type { UserInfo } from "../../model/user.ts";
import type { Registry } from "../../storage/registry.ts";
import { parseServiceAccountUsername } from "../well-known-users.ts";
import type { PolicyRule } from "./policy-rule.ts";
import {
  type Binding,
  bindingOf,
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
  type RoleRef,
  rulesOf,
  type Subject,
} from "./rbac-objects.ts";

/** One rule that a user holds, and through what; or a binding whose role is not there. */
export type Grant =
  | { readonly rule: PolicyRule; readonly binding: Binding; readonly subject: Subject }
  | { readonly error: string };

/** Roles and bindings of one registry, kept current by its events and found by subject. */
export interface RbacIndex {
  /** Every rule that holds for `user` in `namespace` (empty: cluster-wide only). */
  grants(user: UserInfo, namespace: string): Generator<Grant>;
  /** The rules a binding's role gives; a string says why there are none. */
  rulesOfRole(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | string;
}

interface Bound {
  readonly binding: Binding;
  readonly subject: Subject;
}

const indexes = new WeakMap<Registry, RbacIndex>();

/** The index of `registry`; made at the first call, one for each registry. */
export function rbacIndexOf(registry: Registry): RbacIndex {
  let index = indexes.get(registry);
  if (index === undefined) {
    index = buildIndex(registry);
    indexes.set(registry, index);
  }
  return index;
}

function buildIndex(registry: Registry): RbacIndex {
  const roles = new Map<string, readonly PolicyRule[]>();
  /** Scope (namespace, or empty) and subject → the bindings that name it, by key. */
  const bound = new Map<string, Map<string, Bound>>();

  const follow = (resource: string, put: (object: ApiObject) => void, drop: (object: ApiObject) => void): void => {
    for (const object of registry.list(resource)) put(object);
    registry.subscribe(resource, (event) => {
      if (event.previous !== undefined) drop(event.previous);
      if (event.type === "DELETED") drop(event.object);
      else put(event.object);
    });
  };
  for (const resource of [ROLES, CLUSTER_ROLES]) {
    follow(
      resource,
      (role) => roles.set(objectKey(role), rulesOf(role)),
      (role) => roles.delete(objectKey(role)),
    );
  }
  const putBinding = (object: ApiObject): void => {
    const binding = bindingOf(object);
    binding.subjects.forEach((subject, position) => {
      const key = boundKey(binding.namespace, subjectKey(subject, binding.namespace));
      const bindings = bound.get(key) ?? new Map<string, Bound>();
      bound.set(key, bindings);
      bindings.set(`${binding.name}/${position}`, { binding, subject });
    });
  };
  const dropBinding = (object: ApiObject): void => {
    const binding = bindingOf(object);
    binding.subjects.forEach((subject, position) => {
      const key = boundKey(binding.namespace, subjectKey(subject, binding.namespace));
      const bindings = bound.get(key);
      bindings?.delete(`${binding.name}/${position}`);
      if (bindings?.size === 0) bound.delete(key);
    });
  };
  follow(CLUSTER_ROLE_BINDINGS, putBinding, dropBinding);
  follow(ROLE_BINDINGS, putBinding, dropBinding);

  const rulesOfRole = (roleRef: RoleRef, namespace: string): readonly PolicyRule[] | string => {
    const scope = roleRef.kind === "Role" ? namespace : "";
    const kind = roleRef.kind.toLowerCase();
    return roles.get(`${scope}/${roleRef.name}`) ?? `${kind}.rbac.authorization.k8s.io "${roleRef.name}" not found`;
  };
  return {
    rulesOfRole,
    *grants(user, namespace) {
      const keys = userKeys(user);
      for (const scope of namespace === "" ? [""] : ["", namespace]) {
        // A binding that names the user twice (by name and by group) counts once, as it does upstream.
        const seen = new Set<Binding>();
        for (const key of keys) {
          for (const { binding, subject } of bound.get(boundKey(scope, key))?.values() ?? []) {
            if (seen.has(binding)) continue;
            seen.add(binding);
            const rules = rulesOfRole(binding.roleRef, scope);
            if (typeof rules === "string") yield { error: rules };
            else for (const rule of rules) yield { rule, binding, subject };
          }
        }
      }
    },
  };
}

function objectKey(object: ApiObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

function boundKey(scope: string, subject: string): string {
  return `${scope}|${subject}`;
}

function subjectKey(subject: Subject, bindingNamespace: string): string {
  if (subject.kind !== "ServiceAccount") return `${subject.kind}/${subject.name}`;
  return `ServiceAccount/${subject.namespace || bindingNamespace}/${subject.name}`;
}

function userKeys(user: UserInfo): string[] {
  const account = parseServiceAccountUsername(user.username);
  return [
    `User/${user.username}`,
    ...(account === undefined ? [] : [`ServiceAccount/${account.namespace}/${account.name}`]),
    ...user.groups.map((group) => `Group/${group}`),
  ];
}
