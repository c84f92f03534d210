import type { Connection } from "../config/connection.ts";
import { abortError } from "../core/abort.ts";
import type { ApiRequest } from "../core/request.ts";
import { AbortError, ConnectionError, type ErrorCode, isKubescriptError, UsageError } from "../errors.ts";

/** How a Go server answers plain HTTP on its TLS port, with status 400. */
export const HTTP_TO_HTTPS = "Client sent an HTTP request to an HTTPS server";

/** What a failure means to the user. `problem` completes "Cannot GET https://…: ". */
interface Explanation {
  readonly code: ErrorCode;
  readonly problem: string;
  readonly hint: string;
  readonly retryable?: boolean;
}

/** The connection as far as messages name it. */
type Reached = Pick<Connection, "server" | "user" | "tls">;

/**
 * Turns whatever the network, TLS or the HTTP client threw into an error of the family: AbortError when the caller's
 * signal ended it or the transport was closed, UsageError for a request that no client can send, else ConnectionError
 * with a code of its own.
 */
export function networkError(
  error: unknown,
  request: Pick<ApiRequest, "method" | "path">,
  connection: Reached,
  signal?: AbortSignal,
): Error {
  if (signal?.aborted) return abortError(signal);
  if (isKubescriptError(error)) return error;
  const code = codeOf(error);
  const what = `Cannot ${request.method} ${connection.server}${request.path}`;
  if (code === "UND_ERR_DESTROYED" || code === "UND_ERR_CLOSED" || code === "UND_ERR_ABORTED") {
    return new AbortError(`${what}: the connection was closed`, { cause: error });
  }
  if (code === "UND_ERR_INVALID_ARG" || code === "UND_ERR_NOT_SUPPORTED" || code.startsWith("ERR_INVALID_")) {
    return new UsageError("INVALID_INPUT", `${what}: ${messageOf(error)}`, { cause: error });
  }
  const { problem, hint, retryable, ...rest } = explain(error, code, connection);
  return new ConnectionError(rest.code, `${what}: ${problem}`, { cause: error, hint, retryable: retryable ?? false });
}

function explain(error: unknown, code: string, connection: Reached): Explanation {
  return (
    explainServerCertificate(error, code, connection) ??
    explainClientCertificate(code, connection) ??
    explainScheme(error, code, connection) ??
    explainNetwork(error, code) ?? {
      code: "CONNECTION_LOST",
      problem: `the connection was lost (${code === "" ? messageOf(error) : code})`,
      hint: "Try again; --trace shows how far the request came.",
      retryable: true,
    }
  );
}

const UNKNOWN_CA_CODES = new Set([
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_SIGNATURE_FAILURE",
  "CERT_UNTRUSTED",
  "INVALID_CA",
]);
const SELF_SIGNED_CODES = new Set(["DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN"]);

function explainServerCertificate(error: unknown, code: string, connection: Reached): Explanation | undefined {
  const given =
    connection.tls.ca === undefined
      ? ""
      : ` in ${connection.tls.caFile ?? "the kubeconfig's certificate-authority-data"}`;
  const hint =
    connection.tls.ca === undefined
      ? "Give the cluster's authority: certificate-authority in the kubeconfig, or --certificate-authority."
      : "The cluster may have been made anew, or this is another server: fetch its kubeconfig again.";
  if (SELF_SIGNED_CODES.has(code)) {
    return { code: "UNKNOWN_CA", problem: `the server's certificate is self-signed and not trusted${given}`, hint };
  }
  if (UNKNOWN_CA_CODES.has(code)) {
    const problem = `the server's certificate is signed by an authority that is unknown${given}`;
    return { code: "UNKNOWN_CA", problem, hint };
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    const problem = `the server's certificate ${code === "CERT_HAS_EXPIRED" ? "has expired" : "is not valid yet"}`;
    return {
      code: "SERVER_CERTIFICATE_EXPIRED",
      problem,
      hint: "Check this machine's clock; else the cluster's certificates must be renewed.",
    };
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    const names = (error as { cert?: { subjectaltname?: string } }).cert?.subjectaltname;
    const host = connection.tls.serverName ?? new URL(connection.server).hostname;
    const instead = names === undefined ? "" : `, it is for ${shortened(names)}`;
    return {
      code: "CERTIFICATE_HOST_MISMATCH",
      problem: `the server's certificate is not for "${host}"${instead}`,
      hint: "Use one of its names in the server's URL, or set tls-server-name (--tls-server-name) to one.",
    };
  }
  return undefined;
}

/** A server tells by a TLS alert what it makes of the client's certificate; OpenSSL's versions prefix it differently. */
function explainClientCertificate(code: string, connection: Reached): Explanation | undefined {
  const alert = /ALERT_([A-Z_]+)$/.exec(code)?.[1];
  const owner = connection.user === "" ? "" : ` of user "${connection.user}"`;
  if (alert === "CERTIFICATE_EXPIRED") return expiredClientCertificate(owner);
  const meanings: Readonly<Record<string, string>> = {
    BAD_CERTIFICATE: `the server refused the client certificate${owner}`,
    CERTIFICATE_UNKNOWN: `the server refused the client certificate${owner}`,
    CERTIFICATE_REVOKED: `the client certificate${owner} has been revoked`,
    UNKNOWN_CA: `the client certificate${owner} is signed by an authority that the server does not know`,
    ACCESS_DENIED: `the server refused the client certificate${owner}`,
    CERTIFICATE_REQUIRED: "the server wants a client certificate",
    HANDSHAKE_FAILURE: "the TLS handshake failed; the server may want a client certificate",
  };
  const problem = alert === undefined ? undefined : meanings[alert];
  if (problem === undefined) return undefined;
  return {
    code: "CLIENT_CERTIFICATE_REJECTED",
    problem,
    hint: "Fetch this cluster's credentials again, and check that context and server belong together.",
  };
}

function expiredClientCertificate(owner: string): Explanation {
  return {
    code: "CLIENT_CERTIFICATE_EXPIRED",
    problem: `the client certificate${owner} has expired`,
    hint: "Fetch a new one from the cluster's administrator or tool, and put it into the kubeconfig.",
  };
}

/** HTTPS spoken to an HTTP port, and the reverse. */
function explainScheme(error: unknown, code: string, connection: Reached): Explanation | undefined {
  const secure = connection.server.startsWith("https:");
  const notTls = ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "ERR_SSL_HTTP_REQUEST"];
  if (secure && notTls.includes(code)) return wrongScheme("http");
  if (!secure && messageOf(error) === HTTP_TO_HTTPS) return wrongScheme("https");
  // The HTTP parser's errors have a code only where it knows one.
  if (!code.startsWith("HPE_") && (error as Error).name !== "HTTPParserError") return undefined;
  if (!secure) {
    return {
      code: "MALFORMED_RESPONSE",
      problem: "the answer is not HTTP",
      hint: "Check the server's address and port; if it speaks TLS, write its URL with https://.",
    };
  }
  return {
    code: "MALFORMED_RESPONSE",
    problem: "the answer is not HTTP",
    hint: "Check the server's address and port: something else listens there.",
  };
}

function wrongScheme(speaks: "http" | "https"): Explanation {
  return {
    code: "WRONG_SCHEME",
    problem: speaks === "http" ? "the server does not speak TLS on this port" : "the server speaks TLS on this port",
    hint: `Write the server's URL with ${speaks}://, or correct its port.`,
  };
}

function explainNetwork(error: unknown, code: string): Explanation | undefined {
  switch (code) {
    case "ECONNREFUSED":
      return {
        code: "CONNECTION_REFUSED",
        problem: "the connection was refused",
        hint: "Is the cluster running, and are the server's address and port right?",
        retryable: true,
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        code: "HOST_NOT_FOUND",
        problem: `the host ${(error as { hostname?: string }).hostname ?? ""} was not found`.replace("  ", " "),
        hint: "Check the server's name, the network, and whether a VPN is needed.",
        retryable: code === "EAI_AGAIN",
      };
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
    case "ENETDOWN":
    case "ETIMEDOUT":
    case "EADDRNOTAVAIL":
      return {
        code: "HOST_UNREACHABLE",
        problem: code === "ETIMEDOUT" ? "the connection timed out" : "the host cannot be reached",
        hint: "Check the network, and a VPN or firewall on the way.",
        retryable: true,
      };
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
      return {
        code: "CONNECTION_LOST",
        problem: "the server did not answer in time",
        hint: "Try again, or allow more with --request-timeout.",
        retryable: true,
      };
    case "ECONNRESET":
    case "EPIPE":
    case "UND_ERR_SOCKET":
    case "UND_ERR_RES_CONTENT_LENGTH_MISMATCH":
      return {
        code: "CONNECTION_LOST",
        problem: "the connection was closed before the answer was complete",
        hint: "Try again; if it stays so, look at the server, or at a proxy or load balancer on the way.",
        retryable: true,
      };
    case "Z_DATA_ERROR":
    case "Z_BUF_ERROR":
      return {
        code: "MALFORMED_RESPONSE",
        problem: "the compressed answer is damaged",
        hint: "Try --disable-compression; a proxy on the way may spoil it.",
      };
    default:
      return undefined;
  }
}

/** The code of an error, of its cause, or of the first of several. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") {
    // A reset that the HTTP client wrapped: TLS alerts that arrive with the first read are its cause.
    return error.code === "UND_ERR_SOCKET" && error.cause instanceof Error
      ? codeOf(error.cause) || error.code
      : error.code;
  }
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.cause === undefined ? "" : codeOf(error.cause);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shortened(names: string): string {
  return names.length > 200 ? `${names.slice(0, 200)}…` : names;
}
