import type { Clock } from "../model/clock.ts";
import type { Identity } from "../model/identity.ts";
import type { JsonObject } from "../model/object.ts";
import type { UserInfo } from "../model/user.ts";
import type { VirtualResource } from "../model/virtual-resource.ts";
import type { Registry } from "../storage/registry.ts";
import { createAuthenticator } from "./authenticator.ts";
import { impersonate } from "./impersonation.ts";
import { authorizeByRbac } from "./rbac/rbac-authorizer.ts";
import { rbacIndexOf } from "./rbac/rbac-index.ts";
import { localSubjectAccessReviews, selfSubjectAccessReviews, subjectAccessReviews } from "./reviews/access-reviews.ts";
import { selfSubjectReviews, tokenReviews } from "./reviews/authentication-reviews.ts";
import { selfSubjectRulesReviews } from "./reviews/self-subject-rules-review.ts";
import { tokenRequests } from "./reviews/token-request.ts";
import { type ServiceAccountTokens, serviceAccountTokens } from "./tokens/service-account-tokens.ts";

export interface IdentityOptions {
  readonly registry: Registry;
  readonly clock: Clock;
  /** Users by static token, as `parseTokenFile` reads them. Default none. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo> | undefined;
  /** Whether requests without a credential are let in as `system:anonymous`. Default true. */
  readonly anonymous?: boolean | undefined;
  /** Issuer of service account tokens. Default `https://kubernetes.default.svc`. */
  readonly issuer?: string | undefined;
}

/** The server's log-in and permissions, and the resources that speak of them. */
export interface SandboxIdentity extends Identity {
  /** Issues the tokens of service accounts. */
  readonly tokens: ServiceAccountTokens;
  /** The review APIs and `serviceaccounts/token`. */
  readonly virtualResources: readonly VirtualResource[];
  /** Bodies of the OpenID documents by path: `/.well-known/openid-configuration` and `/openid/v1/jwks`. */
  readonly openIdDocuments: ReadonlyMap<string, OpenIdDocument>;
}

export interface OpenIdDocument {
  readonly contentType: string;
  readonly body: JsonObject;
}

/** Reads roles, bindings, service accounts and what tokens are bound to from `registry`, at each request. */
export function createIdentity(options: IdentityOptions): SandboxIdentity {
  const { registry, clock } = options;
  const tokens = serviceAccountTokens({ registry, clock, issuer: options.issuer });
  const authenticator = createAuthenticator({
    staticTokens: options.staticTokens ?? new Map(),
    serviceAccountTokens: tokens,
    anonymous: options.anonymous,
  });
  const authorize: Identity["authorize"] = (user, attributes) =>
    authorizeByRbac(rbacIndexOf(registry), user, attributes);
  return {
    tokens,
    authenticate: authenticator.authenticate,
    authorize,
    impersonate: (user, request, attributes) => impersonate(user, request.headers, attributes, authorize),
    virtualResources: [
      selfSubjectReviews(clock),
      tokenReviews(authenticator),
      selfSubjectAccessReviews(authorize),
      subjectAccessReviews(authorize),
      localSubjectAccessReviews(authorize),
      selfSubjectRulesReviews(),
      tokenRequests(tokens, clock),
    ],
    openIdDocuments: new Map([
      ["/.well-known/openid-configuration", { contentType: "application/json", body: tokens.configuration() }],
      ["/openid/v1/jwks", { contentType: "application/jwk-set+json", body: tokens.keySet() }],
    ]),
  };
}
