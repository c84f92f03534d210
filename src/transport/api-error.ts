import { type ApiRequest, queryParameters } from "../core/request.ts";
import { namespaceOfPath, requestInfo } from "../core/request-info.ts";
import { ApiError, type ErrorCode, type Status } from "../errors.ts";
import { maskText } from "./mask.ts";
import type { ApiResponse, StreamResponse } from "./transport.ts";

/** What an error names of a request. */
type Asked = Pick<ApiRequest, "method" | "path" | "query">;

/** A body that is not the API's is quoted up to here. */
const MAX_QUOTE = 300;
/** A refused stream's body is read up to here. */
const MAX_BODY = 1024 * 1024;

const CODES: Readonly<Record<number, ErrorCode>> = {
  401: "UNAUTHORIZED",
  403: "FORBIDDEN",
  404: "NOT_FOUND",
  409: "CONFLICT",
  410: "GONE",
  422: "INVALID",
  429: "TOO_MANY_REQUESTS",
};
const RETRYABLE = new Set([408, 429, 500, 502, 503, 504]);

/** Whether a status means success. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The error for a failed answer, read whole. */
export function apiErrorFrom(response: ApiResponse, request: Asked): ApiError {
  return apiErrorFromStatus(statusOf(response), response.status, request, retryAfterSeconds(response.headers));
}

/** The error for a failed answer whose body is still to be read. */
export async function apiErrorFromStream(response: StreamResponse, request: Asked): Promise<ApiError> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BODY) break;
  }
  return apiErrorFrom({ ...response, body: Buffer.concat(chunks) }, request);
}

/** The error for a Status that arrived inside a stream: a watch's ERROR event. */
export function apiErrorFromStatus(
  status: Status,
  httpStatus: number,
  request: Asked,
  retryAfter: number | undefined = status.details?.retryAfterSeconds,
): ApiError {
  const path = request.path;
  const code: ErrorCode = status.reason === "AlreadyExists" ? "ALREADY_EXISTS" : (CODES[httpStatus] ?? "API");
  return new ApiError(
    code,
    `Cannot ${request.method} ${path}: ${describe(status, httpStatus)}`,
    { status, httpStatus, method: request.method, path, retryAfterSeconds: retryAfter },
    { hint: hintFor(status, httpStatus, request), retryable: RETRYABLE.has(httpStatus) },
  );
}

/** Seconds of a Retry-After header (a number or an HTTP date); undefined without one. */
export function retryAfterSeconds(headers: ApiResponse["headers"], now: number = Date.now()): number | undefined {
  const value = headers["retry-after"];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/** The Status of a failed answer; one is made up where the body holds none. */
function statusOf(response: ApiResponse): Status {
  const text = new TextDecoder().decode(response.body.subarray(0, MAX_BODY));
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "kind" in parsed && parsed.kind === "Status") {
      return parsed as Status;
    }
  } catch {
    // Not JSON: a proxy's page or a component's plain text, quoted below.
  }
  return { status: "Failure", code: response.status, message: quote(text) };
}

function describe(status: Status, httpStatus: number): string {
  const said = text(status.message);
  const lines = [said === "" ? `the server answered ${httpStatus}${status.reason ? ` ${status.reason}` : ""}` : said];
  if (said !== "" && status.reason === undefined) lines[0] = `the server answered ${httpStatus}: ${said}`;
  for (const cause of status.details?.causes ?? []) {
    const message = text(cause.message);
    if (message === "" || said.includes(message)) continue;
    lines.push(cause.field ? `${cause.field}: ${message}` : message);
  }
  return maskText(lines.join("\n  "));
}

function hintFor(status: Status, httpStatus: number, request: Asked): string | undefined {
  switch (httpStatus) {
    case 401:
      return "The server did not accept the credentials: log in again, or check the context's user.";
    case 403:
      return missingRule(text(status.message), status.reason === undefined ? request : undefined);
    case 404:
      return status.details?.name
        ? `Check the name${namespaceOfPath(request.path) === undefined ? "" : " and the namespace"}.`
        : "Check the path; `kubescript eval 'k8s.resources()'` lists what this server serves.";
    case 409:
      return conflictHint(status);
    case 410:
      return "The resourceVersion or continue token is too old: list again without it.";
    case 415:
      return "Send a content type that the server takes for this verb, such as application/json or application/merge-patch+json.";
    case 422:
      return /\bis immutable\b|\bupdates?\b.* (?:other than|forbidden)\b/.test(text(status.message))
        ? "What is immutable is not changed in place: delete the object and create it again, or leave the field as it is."
        : "Correct the fields named above and send the object again.";
    case 429:
      return "The server is busy or a budget forbids it now: try again later.";
    default:
      return undefined;
  }
}

function conflictHint(status: Status): string {
  if (status.reason === "AlreadyExists") return "Use apply or replace to change the object that is there.";
  if (status.details?.causes?.some((cause) => cause.reason === "FieldManagerConflict")) {
    return "Force the change, leave the field out, or send the value that is there.";
  }
  return "The object has changed since it was read: read it again and repeat the change.";
}

/**
 * The RBAC rule that a 403 misses, from the authorizer's own words, which also hold for impersonation. A bare 403
 * (no Status) is told by the request. Undefined where no rule helps: quota, admission, a terminating namespace.
 */
function missingRule(message: string, bare: Asked | undefined): string | undefined {
  const resource = /cannot (\S+) resource "([^"]*)" in API group "([^"]*)"(?: in the namespace "([^"]*)")?/.exec(
    message,
  );
  if (resource) {
    const [, verb = "", name = "", group = "", namespace] = resource;
    return resourceRule(verb, name, group, namespace);
  }
  const path = /cannot (\S+) path "([^"]*)"/.exec(message);
  if (path) return pathRule(path[1] ?? "", path[2] ?? "");
  if (bare === undefined) return undefined;
  const info = requestInfo(bare.method, bare.path, queryParameters(bare.query));
  if (!info.isResourceRequest) return pathRule(info.verb, info.nonResourceURL);
  const name = info.subresource ? `${info.resource}/${info.subresource}` : info.resource;
  return resourceRule(info.verb, name, info.apiGroup, info.namespace || undefined);
}

function resourceRule(verb: string, resource: string, group: string, namespace: string | undefined): string {
  const where = namespace ? `in namespace "${namespace}"` : "at the cluster scope";
  const kind = namespace ? `a Role in ${namespace}, or a ClusterRole,` : "a ClusterRole";
  const rule = `{apiGroups: ["${group}"], resources: ["${resource}"], verbs: ["${verb}"]}`;
  return `Missing: verb "${verb}" on resource "${resource}" in API group "${group}" ${where}. Bind ${kind} with the rule ${rule}.`;
}

function pathRule(verb: string, path: string): string {
  const rule = `{nonResourceURLs: ["${path}"], verbs: ["${verb}"]}`;
  return `Missing: verb "${verb}" on path "${path}". Bind a ClusterRole with the rule ${rule}.`;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

/** A body as one short line: tags and runs of white space are left out. */
function quote(body: string): string {
  const line = body
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}… (${body.length} characters)` : line;
}
