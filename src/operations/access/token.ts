import { KubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { TokenRequest } from "../../types/authentication-v1.ts";
import type { ServiceAccount } from "../../types/core-v1.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { foundFor } from "../shared/object-for.ts";

export interface TokenOptions extends CallScope {
  /** Who shall accept it. Default: the API server. */
  readonly audiences?: string | readonly string[] | undefined;
  /** At least 600; the server may give more or less. Default: the server's, as a rule an hour. */
  readonly durationSeconds?: number | undefined;
  /** The token ends with this object, of the account's namespace. Default: only with its time. */
  readonly boundTo?: BoundObject | undefined;
}

/** What a token is bound to. */
export interface BoundObject {
  readonly kind: "Pod" | "Secret" | "Node";
  readonly name: string;
  /** Default: that of the object which has the name now. */
  readonly uid?: string | undefined;
}

/** A token of a service account. */
export interface ServiceAccountToken {
  readonly token: string;
  /** When it ends, RFC 3339, as the server says: it may not be what was asked for. */
  readonly expirationTimestamp: string;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/ */
export async function createToken(
  accounts: ResourceClient<ServiceAccount>,
  name: string,
  options: TokenOptions = {},
): Promise<ServiceAccountToken> {
  const { audiences = [], durationSeconds, boundTo, ...call } = options;
  const label = `Cannot create a token of service account "${name}"`;
  // A server would issue a token all the same.
  requireEffect(accounts, `create a token of service account "${name}"`);
  if (durationSeconds !== undefined && !(Number.isInteger(durationSeconds) && durationSeconds > 0)) {
    throw new UsageError("INVALID_INPUT", `${label}: durationSeconds is ${JSON.stringify(durationSeconds)}`, {
      hint: "It is a whole number of seconds; servers take from 600.",
    });
  }
  if (boundTo !== undefined && (!["Pod", "Secret", "Node"].includes(boundTo.kind) || !boundTo.name)) {
    throw new UsageError("INVALID_INPUT", `${label}: boundTo names no object`, {
      hint: 'Write { boundTo: { kind: "Pod", name: "web-0" } }; kind is Pod, Secret or Node.',
    });
  }
  const request: TokenRequest = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {
      ...(audiences.length === 0 ? {} : { audiences: typeof audiences === "string" ? [audiences] : [...audiences] }),
      ...(durationSeconds === undefined ? {} : { expirationSeconds: durationSeconds }),
      ...(boundTo === undefined ? {} : { boundObjectRef: { apiVersion: "v1", ...boundTo } as TokenBoundTo }),
    },
  };
  const { status } = await foundFor(accounts, "create a token of", name, () =>
    accounts.subresource<TokenRequest>("token").create(name, request, call),
  );
  const { token = "", expirationTimestamp = "" } = status ?? {};
  if (token !== "") return { token, expirationTimestamp };
  throw new KubescriptError("MALFORMED_RESPONSE", `${label}: the server's answer holds none`);
}

type TokenBoundTo = NonNullable<NonNullable<TokenRequest["spec"]>["boundObjectRef"]>;
