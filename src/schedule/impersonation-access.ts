import type { Impersonation } from "../config/connection.ts";
import type { ResourceAccess } from "./access-rules.ts";

const AUTHENTICATION = "authentication.k8s.io";

/**
 * The rights to ask as somebody else.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
 */
export function impersonationAccesses({ user, uid, groups, extra }: Impersonation): ResourceAccess[] {
  const impersonate = (resource: string, name: string, group = "", namespace?: string): ResourceAccess => ({
    ...{ verb: "impersonate", group, resource, name },
    namespace,
  });
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  return [
    account === undefined ? impersonate("users", user) : impersonate("serviceaccounts", account, "", namespace),
    ...groups.map((one) => impersonate("groups", one)),
    ...(uid === undefined ? [] : [impersonate("uids", uid, AUTHENTICATION)]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => impersonate(`userextras/${key}`, value, AUTHENTICATION)),
    ),
  ];
}
