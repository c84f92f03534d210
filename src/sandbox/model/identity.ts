import type { Peer } from "./peer.ts";
import type { RequestAttributes } from "./request-attributes.ts";
import type { ServerRequest } from "./server-request.ts";
import type { UserInfo } from "./user.ts";

/** Log-in and permissions, as the request pipeline asks for them. All synchronous. */
export interface Identity {
  /** Who asks; `system:anonymous` without credentials. Throws the 401 for a credential that is not good. */
  authenticate(request: ServerRequest, peer: Peer | undefined): UserInfo;
  /** The user that the `Impersonate-*` headers ask for, or `user` without them. Throws the 403 when that is not allowed. */
  impersonate(user: UserInfo, request: ServerRequest, attributes: RequestAttributes): UserInfo;
  authorize(user: UserInfo, attributes: RequestAttributes): Decision;
}

/** What an authorizer says of one request. */
export interface Decision {
  readonly allowed: boolean;
  /** Appended to the Forbidden message when not empty. */
  readonly reason: string;
}
