/**
 * The error family. Every failure that a user can meet is one of these; each has a stable {@link ErrorCode},
 * keeps its `cause`, and says in its message what was attempted, on what, and what is the case. `hint` says what
 * to do next. No message, hint or cause ever holds a credential.
 */

/** Stable, documented codes. A code is never renamed; new ones may be added. */
export type ErrorCode =
  // configuration
  | "KUBECONFIG_NOT_FOUND"
  | "KUBECONFIG_INVALID"
  | "CONTEXT_NOT_FOUND"
  | "NO_CLUSTER"
  | "CREDENTIAL_UNSUPPORTED"
  | "CREDENTIAL_PLUGIN"
  | "CREDENTIAL_INVALID"
  // reaching the server
  | "CONNECTION_REFUSED"
  | "HOST_NOT_FOUND"
  | "HOST_UNREACHABLE"
  | "WRONG_SCHEME"
  | "UNKNOWN_CA"
  | "CERTIFICATE_HOST_MISMATCH"
  | "SERVER_CERTIFICATE_EXPIRED"
  | "CLIENT_CERTIFICATE_EXPIRED"
  | "CLIENT_CERTIFICATE_REJECTED"
  | "PROXY"
  | "CONNECTION_LOST"
  | "STREAM_REFUSED"
  // answers
  | "UNAUTHORIZED"
  | "FORBIDDEN"
  | "NOT_FOUND"
  | "CONFLICT"
  | "ALREADY_EXISTS"
  | "INVALID"
  | "GONE"
  | "TOO_MANY_REQUESTS"
  | "API"
  | "MALFORMED_RESPONSE"
  // what the user wrote
  | "USAGE"
  | "NO_DRY_RUN"
  | "UNKNOWN_RESOURCE"
  | "AMBIGUOUS_RESOURCE"
  | "INVALID_INPUT"
  | "SYNTAX"
  // time and interruption
  | "TIMEOUT"
  | "WAIT_FAILED"
  | "COMMAND_FAILED"
  | "ABORTED";

/** Options common to every {@link KubescriptError}. */
export interface KubescriptErrorOptions {
  /** The lower-level error that this one explains. */
  readonly cause?: unknown;
  /** What the user can do next, one sentence. */
  readonly hint?: string | undefined;
  /** Whether the same call may succeed when made again. Default false. */
  readonly retryable?: boolean;
}

/** The base of the family. */
export class KubescriptError extends Error {
  override readonly name: string = "KubescriptError";
  readonly code: ErrorCode;
  /** What the user can do next, one sentence; printed under the message. */
  readonly hint: string | undefined;
  /** Whether the same call may succeed when made again. */
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: KubescriptErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.retryable = options.retryable ?? false;
  }
}

/** The configuration does not give one usable connection: files, contexts, credentials. */
export class ConfigError extends KubescriptError {
  override readonly name: string = "ConfigError";
}

/** The server could not be reached or would not talk: network, TLS, proxy. */
export class ConnectionError extends KubescriptError {
  override readonly name: string = "ConnectionError";
}

/** What the user gave cannot be used: arguments, names, selectors, documents, scripts. */
export class UsageError extends KubescriptError {
  override readonly name: string = "UsageError";
}

/** A deadline passed before the condition held. */
export class TimeoutError extends KubescriptError {
  override readonly name: string = "TimeoutError";
  constructor(message: string, options: KubescriptErrorOptions = {}) {
    super("TIMEOUT", message, options);
  }
}

/** The caller's AbortSignal, or Ctrl-C, ended the work. */
export class AbortError extends KubescriptError {
  override readonly name: string = "AbortError";
  constructor(message = "The operation was interrupted", options: KubescriptErrorOptions = {}) {
    super("ABORTED", message, options);
  }
}

/** A command in a container ended with an exit code that is not 0, and was to be checked. */
export class CommandError extends KubescriptError {
  override readonly name: string = "CommandError";
  readonly exitCode: number;
  /** What it printed. */
  readonly stdout: string;
  readonly stderr: string;

  /** @param what `Cannot run ls /nowhere in pods "web-0"` */
  constructor(
    what: string,
    end: { readonly exitCode: number; readonly stdout: string; readonly stderr: string },
    options: KubescriptErrorOptions = {},
  ) {
    const said = end.stderr.trim().split("\n").slice(-5).join("\n  ").slice(-1000);
    super("COMMAND_FAILED", `${what}: exit code ${end.exitCode}${said === "" ? "" : `\n  ${said}`}`, options);
    this.exitCode = end.exitCode;
    this.stdout = end.stdout;
    this.stderr = end.stderr;
  }
}

/** One cause inside a {@link Status}: which field, and why. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** The API's own error document (`meta/v1` Status). */
export interface Status {
  kind?: "Status";
  apiVersion?: "v1";
  metadata?: Record<string, unknown>;
  status?: "Success" | "Failure";
  message?: string;
  reason?: string;
  details?: {
    name?: string;
    group?: string;
    kind?: string;
    uid?: string;
    causes?: StatusCause[];
    retryAfterSeconds?: number;
  };
  code?: number;
}

/** The server answered, and the answer is a failure. Carries the parsed {@link Status} and the request's method and path. */
export class ApiError extends KubescriptError {
  override readonly name: string = "ApiError";
  readonly status: Status;
  readonly httpStatus: number;
  readonly method: string;
  readonly path: string;
  /** Seconds the server asked to wait, from Retry-After or the Status; undefined when it said nothing. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    answer: {
      status: Status;
      httpStatus: number;
      method: string;
      path: string;
      retryAfterSeconds?: number | undefined;
    },
    options: KubescriptErrorOptions = {},
  ) {
    super(code, message, options);
    this.status = answer.status;
    this.httpStatus = answer.httpStatus;
    this.method = answer.method;
    this.path = answer.path;
    this.retryAfterSeconds = answer.retryAfterSeconds;
  }

  /** The Status' machine-readable reason, such as `NotFound` or `AlreadyExists`; empty when there is none. */
  get reason(): string {
    return this.status.reason ?? "";
  }
}

/** Narrows to any error of the family, also one made by another copy of this module. */
export function isKubescriptError(error: unknown): error is KubescriptError {
  return error instanceof Error && "code" in error && "retryable" in error && "hint" in error;
}

/** Narrows to a failure answered by the server. */
export function isApiError(error: unknown): error is ApiError {
  return isKubescriptError(error) && "httpStatus" in error;
}
