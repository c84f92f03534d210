import type { Peer } from "../model/peer.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { StatusError } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
import type { ServiceAccountTokens, TokenVerdict } from "./tokens/service-account-tokens.ts";
import {
  ANONYMOUS_USER,
  CREDENTIAL_ID_EXTRA,
  UNAUTHENTICATED_GROUP,
  withAuthenticatedGroup,
} from "./well-known-users.ts";

/** Finds out who asks. */
export interface Authenticator {
  /** A certificate counts before a token; without either the user is anonymous. Throws the 401. */
  authenticate(request: ServerRequest, peer: Peer | undefined): UserInfo;
  /** A token alone, for `audiences` (empty: the server's own). */
  authenticateToken(token: string, audiences: readonly string[]): TokenVerdict;
}

export interface AuthenticatorOptions {
  readonly staticTokens: ReadonlyMap<string, UserInfo>;
  readonly serviceAccountTokens: ServiceAccountTokens;
  /** Whether requests without a credential are let in as `system:anonymous`. Default true. */
  readonly anonymous?: boolean | undefined;
}

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { staticTokens, serviceAccountTokens, anonymous = true } = options;

  const authenticateToken = (token: string, audiences: readonly string[]): TokenVerdict => {
    const fixed = staticTokens.get(token);
    if (fixed !== undefined) {
      const granted = audiences.length === 0 ? serviceAccountTokens.audiences : audiences;
      return { user: withAuthenticatedGroup(fixed), audiences: granted };
    }
    const verdict = serviceAccountTokens.verify(token, audiences);
    if (verdict === undefined) return { error: "invalid bearer token" };
    if ("error" in verdict) return { error: `[invalid bearer token, ${verdict.error}]` };
    return { ...verdict, user: withAuthenticatedGroup(verdict.user) };
  };

  return {
    authenticateToken,
    authenticate(request, peer) {
      if (peer?.certificate !== undefined) {
        const { commonName, organizations, sha256 } = peer.certificate;
        const extra = { [CREDENTIAL_ID_EXTRA]: [`X509SHA256=${sha256}`] };
        return withAuthenticatedGroup({ username: commonName, groups: organizations, extra });
      }
      const token = bearerToken(request.headers);
      if (token !== undefined) {
        const verdict = authenticateToken(token, []);
        if ("error" in verdict) throw unauthorized();
        return verdict.user;
      }
      if (peer?.certificateRejected === true || !anonymous) throw unauthorized();
      return { username: ANONYMOUS_USER, groups: [UNAUTHENTICATED_GROUP] };
    },
  };
}

function unauthorized(): StatusError {
  return new StatusError(401, "Unauthorized", "Unauthorized");
}

const WEBSOCKET_TOKEN = "base64url.bearer.authorization.k8s.io.";

/** From `Authorization: Bearer …`, or from the subprotocol in which a browser's WebSocket carries it. */
function bearerToken(headers: Headers): string | undefined {
  const [scheme, token] = (headers.get("authorization") ?? "").trim().split(" ");
  if (scheme?.toLowerCase() === "bearer" && token !== undefined && token !== "") return token;
  const protocols = (headers.get("sec-websocket-protocol") ?? "").split(",").map((protocol) => protocol.trim());
  const carried = protocols.find((protocol) => protocol.startsWith(WEBSOCKET_TOKEN));
  return carried === undefined ? undefined : Buffer.from(carried.slice(WEBSOCKET_TOKEN.length), "base64url").toString();
}
