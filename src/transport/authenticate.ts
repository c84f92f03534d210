import type { ClientCertificate, Impersonation } from "../config/connection.ts";
import type { CredentialSource, RequestCredential } from "../config/credential-source.ts";
import { type ApiRequest, isReplayable } from "../core/request.ts";
import { ConnectionError, isApiError } from "../errors.ts";
import type { CallOptions, Transport } from "./transport.ts";

/** Who the requests are from. */
export interface AuthenticateOptions {
  readonly credentials: CredentialSource;
  readonly impersonate?: Impersonation | undefined;
  /** Names the connection in messages. */
  readonly server: string;
  readonly user?: string | undefined;
}

/**
 * Adds the Authorization and impersonation headers. After a 401 the credential is asked for anew, once, and the
 * request is tried once more with it; a body that cannot be replayed is not. A request that brings its own
 * Authorization header keeps it.
 * Throws ConnectionError `CLIENT_CERTIFICATE_EXPIRED` in the place of a 401 that an expired certificate explains.
 */
export function authenticate(inner: Transport, options: AuthenticateOptions): Transport {
  const { credentials } = options;
  const impersonation = impersonationHeaders(options.impersonate);

  /** Calls with the credential of this moment, and again with a new one when that was refused. */
  async function attempt<R extends Partial<Pick<ApiRequest, "headers" | "body">>, A>(
    request: R,
    callOptions: CallOptions,
    call: (request: R) => Promise<A>,
    refused: (answer: A) => boolean,
    discard: (answer: A) => Promise<void>,
  ): Promise<A> {
    if (request.headers?.authorization !== undefined) return call(request);
    const startedAt = credentials.now();
    const first = await credentials.current(callOptions);
    let answer: A | undefined;
    let failure: unknown;
    try {
      answer = await call(signed(request, first));
      if (!refused(answer)) return answer;
    } catch (error) {
      if (!isApiError(error) || error.httpStatus !== 401) throw error;
      failure = error;
    }
    const dropped = credentials.invalidate(startedAt);
    if (isReplayable(request)) {
      const second = await credentials.current(callOptions);
      if (dropped || !sameCredential(first, second)) {
        if (answer !== undefined) await discard(answer);
        return call(signed(request, second));
      }
    }
    if (first.certificate !== undefined) await failOnExpiry(first.certificate, options);
    if (answer === undefined) throw failure;
    return answer;
  }

  function signed<R extends Pick<ApiRequest, "headers">>(request: R, credential: RequestCredential): R {
    const { authorization } = credential;
    // Who is impersonated is told by one of us alone: groups of one are not added to the user of the other.
    const impersonated = request.headers?.["impersonate-user"] === undefined ? impersonation : {};
    return {
      ...request,
      headers: { ...impersonated, ...request.headers, ...(authorization === undefined ? {} : { authorization }) },
    };
  }

  return {
    send: (request, callOptions = {}) =>
      attempt(
        request,
        callOptions,
        (one) => inner.send(one, callOptions),
        (answer) => answer.status === 401,
        async () => {},
      ),
    stream: (request, callOptions = {}) =>
      attempt(
        request,
        callOptions,
        (one) => inner.stream(one, callOptions),
        (answer) => answer.status === 401,
        async (answer) => {
          for await (const _chunk of answer.body) break;
        },
      ),
    open: (request, callOptions = {}) =>
      attempt(
        request,
        callOptions,
        (one) => inner.open(one, callOptions),
        () => false,
        async () => {},
      ),
    upgrade: (request, callOptions = {}) =>
      attempt(
        request,
        callOptions,
        (one) => inner.upgrade(one, callOptions),
        (answer) => answer.status === 401,
        async (answer) => {
          if (answer.type === "upgraded") return;
          for await (const _chunk of answer.body) break;
        },
      ),
    close: () => inner.close(),
  };
}

/** Impersonate-* headers. https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
export function impersonationHeaders(impersonate: Impersonation | undefined): Record<string, string | string[]> {
  if (impersonate === undefined) return {};
  const headers: Record<string, string | string[]> = { "impersonate-user": impersonate.user };
  if (impersonate.uid !== undefined) headers["impersonate-uid"] = impersonate.uid;
  if (impersonate.groups.length > 0) headers["impersonate-group"] = [...impersonate.groups];
  for (const [key, values] of Object.entries(impersonate.extra)) {
    headers[`impersonate-extra-${escapeHeaderName(key)}`] = [...values];
  }
  return headers;
}

/** Percent-encodes what a header's name may not hold, and the percent sign itself. */
function escapeHeaderName(key: string): string {
  return [...Buffer.from(key)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      const legal = /[A-Za-z0-9!#$&'*+.^_`|~-]/.test(character);
      return legal ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}

function sameCredential(a: RequestCredential, b: RequestCredential): boolean {
  return a.authorization === b.authorization && a.certificate?.certificate === b.certificate?.certificate;
}

/** API servers ask for certificates without insisting, and answer an expired one with a bare 401. */
async function failOnExpiry(pair: ClientCertificate, options: AuthenticateOptions): Promise<void> {
  const { X509Certificate } = await import("node:crypto");
  const validTo = new X509Certificate(pair.certificate).validTo;
  if (Date.parse(validTo) > options.credentials.now()) return;
  const owner = options.user ? ` of user "${options.user}"` : "";
  throw new ConnectionError(
    "CLIENT_CERTIFICATE_EXPIRED",
    `Cannot log in to ${options.server}: the client certificate${owner} expired on ${new Date(validTo).toISOString()}`,
    { hint: "Fetch a new one from the cluster's administrator or tool, and put it into the kubeconfig." },
  );
}
