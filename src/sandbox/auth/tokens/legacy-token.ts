import type { ApiObject, JsonObject } from "../../model/object.ts";
import type { UserInfo } from "../../model/user.ts";
import type { Registry } from "../../storage/registry.ts";
import { serviceAccountGroups, serviceAccountUsername } from "../well-known-users.ts";

/** Issuer of the tokens that Secrets of type `kubernetes.io/service-account-token` hold. */
export const LEGACY_ISSUER = "kubernetes/serviceaccount";

const PREFIX = "kubernetes.io/serviceaccount/";

/** The claims of a token for a Secret: without an end, good as long as the Secret holds it. */
export function legacyClaims(serviceAccount: ApiObject, secret: ApiObject): JsonObject {
  const { namespace = "", name = "", uid } = serviceAccount.metadata;
  return {
    iss: LEGACY_ISSUER,
    [`${PREFIX}namespace`]: namespace,
    [`${PREFIX}secret.name`]: secret.metadata.name,
    [`${PREFIX}service-account.name`]: name,
    [`${PREFIX}service-account.uid`]: uid,
    sub: serviceAccountUsername(namespace, name),
  };
}

/** Whom the token of a Secret speaks for. https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/serviceaccount/legacy.go */
export function checkLegacyToken(
  token: string,
  claims: JsonObject,
  registry: Registry,
): { readonly user: UserInfo } | { readonly error: string } {
  const claim = (name: string): string => String(claims[`${PREFIX}${name}`] ?? "");
  const namespace = claim("namespace");
  const name = claim("service-account.name");
  const uid = claim("service-account.uid");
  if (claims.sub !== serviceAccountUsername(namespace, name)) return { error: "sub claim is invalid" };
  const secret = registry.get("secrets", namespace, claim("secret.name"));
  if (secret === undefined || secret.metadata.deletionTimestamp !== undefined) {
    return { error: "Token has been invalidated" };
  }
  const held = (secret.data as { token?: string } | undefined)?.token ?? "";
  if (Buffer.from(held, "base64").toString() !== token) return { error: "Token does not match server's copy" };
  const account = registry.get("serviceaccounts", namespace, name);
  if (account === undefined) return { error: `serviceaccounts "${name}" not found` };
  if (account.metadata.deletionTimestamp !== undefined) {
    return { error: `ServiceAccount ${namespace}/${name} has been deleted` };
  }
  if (account.metadata.uid !== uid) {
    return { error: `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})` };
  }
  return { user: { username: serviceAccountUsername(namespace, name), uid, groups: serviceAccountGroups(namespace) } };
}
