import { randomUUID } from "node:crypto";
import type { Clock } from "../../model/clock.ts";
import { type ApiObject, isJsonObject, type JsonObject } from "../../model/object.ts";
import type { UserInfo } from "../../model/user.ts";
import type { Registry } from "../../storage/registry.ts";
import {
  CREDENTIAL_ID_EXTRA,
  NODE_NAME_EXTRA,
  NODE_UID_EXTRA,
  POD_NAME_EXTRA,
  POD_UID_EXTRA,
  serviceAccountGroups,
  serviceAccountUsername,
} from "../well-known-users.ts";
import { createSigningKey, jsonWebKey, parseToken, signToken, verifyToken } from "./json-web-token.ts";
import { checkLegacyToken, LEGACY_ISSUER, legacyClaims } from "./legacy-token.ts";

/** Clocks may differ by so much, and what was deleted is still taken for alive so long. */
const LEEWAY_MS = 60_000;

/** What a token is to be bound to, besides its service account. */
export interface TokenBinding {
  readonly pod?: ApiObject | undefined;
  readonly secret?: ApiObject | undefined;
  readonly node?: ApiObject | undefined;
}

export interface TokenOptions extends TokenBinding {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  /** Seconds after which using the token is called stale; left out when undefined. */
  readonly warnAfterSeconds?: number | undefined;
}

/** Who a token speaks for and for which audiences, or why it is not good. */
export type TokenVerdict =
  | { readonly user: UserInfo; readonly audiences: readonly string[] }
  | { readonly error: string };

/** Issues and verifies the tokens of service accounts. */
export interface ServiceAccountTokens {
  readonly issuer: string;
  /** The audiences that the server itself answers to. */
  readonly audiences: readonly string[];
  issue(serviceAccount: ApiObject, options: TokenOptions): string;
  /** The token for a Secret to hold: it has no end. */
  issueFor(serviceAccount: ApiObject, secret: ApiObject): string;
  /** Undefined for a token that is another issuer's, or none at all. */
  verify(token: string, audiences: readonly string[]): TokenVerdict | undefined;
  /** The body of `/openid/v1/jwks`. */
  keySet(): JsonObject;
  /** The body of `/.well-known/openid-configuration`. */
  configuration(): JsonObject;
}

export interface ServiceAccountTokenOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Default `https://kubernetes.default.svc`. */
  readonly issuer?: string | undefined;
  /** Default: the issuer. */
  readonly audiences?: readonly string[] | undefined;
}

export function serviceAccountTokens(options: ServiceAccountTokenOptions): ServiceAccountTokens {
  const { registry, clock, issuer = "https://kubernetes.default.svc" } = options;
  const serverAudiences = options.audiences ?? [issuer];
  const key = createSigningKey();
  return {
    issuer,
    audiences: serverAudiences,
    issue(serviceAccount, { audiences, expirationSeconds, warnAfterSeconds, ...binding }) {
      const now = Math.floor(clock.now() / 1000);
      const { name = "", namespace = "" } = serviceAccount.metadata;
      return signToken(key, {
        aud: audiences,
        exp: now + expirationSeconds,
        iat: now,
        iss: issuer,
        jti: randomUUID(),
        "kubernetes.io": {
          namespace,
          ...referencesTo(binding),
          serviceaccount: reference(serviceAccount),
          ...(warnAfterSeconds === undefined ? {} : { warnafter: now + warnAfterSeconds }),
        },
        nbf: now,
        sub: serviceAccountUsername(namespace, name),
      });
    },
    issueFor: (serviceAccount, secret) => signToken(key, legacyClaims(serviceAccount, secret)),
    verify(token, audiences) {
      const claims = parseToken(token)?.claims;
      const isLegacy = claims?.iss === LEGACY_ISSUER;
      if (claims === undefined || !(isLegacy || claims.iss === issuer) || !verifyToken(key, token)) return undefined;
      const wanted = audiences.length === 0 ? serverAudiences : audiences;
      // the token of a Secret names no audience: it is the server's own
      const held = audiencesOf(isLegacy ? serverAudiences : claims.aud);
      const granted = held.filter((audience) => wanted.includes(audience));
      if (granted.length === 0) {
        return {
          error: `token audiences ${JSON.stringify(held)} is invalid for the target audiences ${JSON.stringify(wanted)}`,
        };
      }
      const verdict = isLegacy ? checkLegacyToken(token, claims, registry) : checkClaims(claims, registry, clock.now());
      return "error" in verdict ? verdict : { ...verdict, audiences: granted };
    },
    keySet: () => ({ keys: [jsonWebKey(key)] }),
    configuration: () => ({
      issuer,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
    }),
  };
}

function referencesTo(binding: TokenBinding): JsonObject {
  const references: JsonObject = {};
  for (const kind of ["node", "pod", "secret"] as const) {
    const object = binding[kind];
    if (object !== undefined) references[kind] = reference(object);
  }
  return references;
}

function reference(object: ApiObject): JsonObject {
  return { name: object.metadata.name, uid: object.metadata.uid };
}

function audiencesOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(String);
}

/** https://github.com/kubernetes/kubernetes/blob/v1.36.0/pkg/serviceaccount/claims.go */
function checkClaims(
  claims: JsonObject,
  registry: Registry,
  now: number,
): { readonly user: UserInfo } | { readonly error: string } {
  if (now - LEEWAY_MS > Number(claims.exp) * 1000) return { error: "service account token has expired" };
  if (now + LEEWAY_MS < Number(claims.nbf) * 1000) return { error: "service account token is not valid yet" };

  const own = isJsonObject(claims["kubernetes.io"]) ? claims["kubernetes.io"] : {};
  const namespace = String(own.namespace ?? "");
  const account = referenceIn(own.serviceaccount);
  if (account === undefined) return { error: "service account token has been invalidated" };
  const accountError = checkAlive(registry, "serviceaccounts", namespace, account, now);
  if (accountError !== undefined) return { error: accountError };
  for (const kind of ["secret", "pod"] as const) {
    const bound = referenceIn(own[kind]);
    if (bound === undefined) continue;
    const error = checkAlive(registry, `${kind}s`, namespace, bound, now);
    if (error !== undefined) return { error };
  }
  const pod = referenceIn(own.pod);
  const node = referenceIn(own.node);
  // A node named only because the pod runs there is told, not required; a token bound to the node itself dies with it.
  if (node !== undefined && pod === undefined) {
    const error = checkAlive(registry, "nodes", "", node, now);
    if (error !== undefined) return { error };
  }
  return {
    user: {
      username: serviceAccountUsername(namespace, account.name),
      uid: account.uid,
      groups: serviceAccountGroups(namespace),
      extra: {
        [CREDENTIAL_ID_EXTRA]: [`JTI=${String(claims.jti)}`],
        ...(node === undefined ? {} : { [NODE_NAME_EXTRA]: [node.name], [NODE_UID_EXTRA]: [node.uid] }),
        ...(pod === undefined ? {} : { [POD_NAME_EXTRA]: [pod.name], [POD_UID_EXTRA]: [pod.uid] }),
      },
    },
  };
}

interface Reference {
  readonly name: string;
  readonly uid: string;
}

function referenceIn(value: unknown): Reference | undefined {
  return isJsonObject(value) ? { name: String(value.name), uid: String(value.uid) } : undefined;
}

function checkAlive(
  registry: Registry,
  resource: "serviceaccounts" | "secrets" | "pods" | "nodes",
  namespace: string,
  { name, uid }: Reference,
  now: number,
): string | undefined {
  const object = registry.get(resource, namespace, name);
  const isAccount = resource === "serviceaccounts";
  if (object === undefined) {
    return isAccount ? `serviceaccounts "${name}" not found` : "service account token has been invalidated";
  }
  const { deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < now - LEEWAY_MS) {
    return isAccount
      ? `service account ${namespace}/${name} has been deleted`
      : "service account token has been invalidated";
  }
  if (object.metadata.uid === uid) return undefined;
  return isAccount
    ? `service account UID (${object.metadata.uid}) does not match claim (${uid})`
    : `${resource.slice(0, -1)} UID (${object.metadata.uid}) does not match service account ${resource.slice(0, -1)} ref claim (${uid})`;
}
