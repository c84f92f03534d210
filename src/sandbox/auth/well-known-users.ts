import type { UserInfo } from "../model/user.ts";

/** Names that Kubernetes reserves: https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export const ANONYMOUS_USER = "system:anonymous";
export const AUTHENTICATED_GROUP = "system:authenticated";
export const UNAUTHENTICATED_GROUP = "system:unauthenticated";
/** Members pass every authorization check. */
export const MASTERS_GROUP = "system:masters";
export const NODES_GROUP = "system:nodes";
export const SERVICE_ACCOUNTS_GROUP = "system:serviceaccounts";

/** Keys of `UserInfo.extra` that the server itself sets. */
export const CREDENTIAL_ID_EXTRA = "authentication.kubernetes.io/credential-id";
export const POD_NAME_EXTRA = "authentication.kubernetes.io/pod-name";
export const POD_UID_EXTRA = "authentication.kubernetes.io/pod-uid";
export const NODE_NAME_EXTRA = "authentication.kubernetes.io/node-name";
export const NODE_UID_EXTRA = "authentication.kubernetes.io/node-uid";

/** The server itself, for what it writes on its own behalf. */
export const API_SERVER_USER: UserInfo = { username: "system:apiserver", groups: [MASTERS_GROUP, AUTHENTICATED_GROUP] };

const SERVICE_ACCOUNT_PREFIX = "system:serviceaccount:";
const NODE_PREFIX = "system:node:";

export function serviceAccountUsername(namespace: string, name: string): string {
  return `${SERVICE_ACCOUNT_PREFIX}${namespace}:${name}`;
}

export function serviceAccountGroups(namespace: string): string[] {
  return [SERVICE_ACCOUNTS_GROUP, `${SERVICE_ACCOUNTS_GROUP}:${namespace}`];
}

/** Namespace and name of a service account's user name; undefined for any other user. */
export function parseServiceAccountUsername(username: string): { namespace: string; name: string } | undefined {
  if (!username.startsWith(SERVICE_ACCOUNT_PREFIX)) return undefined;
  const parts = username.slice(SERVICE_ACCOUNT_PREFIX.length).split(":");
  const [namespace, name] = parts;
  return parts.length === 2 && namespace && name ? { namespace, name } : undefined;
}

/** The node's name in `system:node:NAME`; undefined for any other user. */
export function parseNodeUsername(username: string): string | undefined {
  if (!username.startsWith(NODE_PREFIX)) return undefined;
  const name = username.slice(NODE_PREFIX.length);
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
    ? name
    : undefined;
}

/** Adds `system:authenticated` to whoever logged in; anonymous users and explicit choices stay as they are. */
export function withAuthenticatedGroup(user: UserInfo): UserInfo {
  const { username, groups } = user;
  if (username === ANONYMOUS_USER) return user;
  if (groups.includes(AUTHENTICATED_GROUP) || groups.includes(UNAUTHENTICATED_GROUP)) return user;
  return { ...user, groups: [...groups, AUTHENTICATED_GROUP] };
}
