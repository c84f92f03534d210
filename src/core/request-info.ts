import { parseFieldSelector } from "./selector.ts";

/** What an authorizer sees of a request: RBAC's attributes. */
export type RequestInfo = ResourceRequestInfo | NonResourceRequestInfo;

export interface ResourceRequestInfo {
  readonly isResourceRequest: true;
  /** get list watch create update patch delete deletecollection, or proxy. */
  readonly verb: string;
  /** Empty for the core group. */
  readonly apiGroup: string;
  readonly apiVersion: string;
  readonly resource: string;
  /** Empty when none. */
  readonly subresource: string;
  /** Empty for cluster-scoped requests and for all namespaces. */
  readonly namespace: string;
  /** Empty when the request is of a collection. */
  readonly name: string;
}

export interface NonResourceRequestInfo {
  readonly isResourceRequest: false;
  /** The method in lower case. */
  readonly verb: string;
  readonly nonResourceURL: string;
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
/** Below `namespaces/NAME` these are sub-resources of the namespace, not resources in it. */
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(["status", "finalize"]);
/** Deprecated verbs that stand in the path: `/api/v1/watch/pods`. */
const PATH_VERBS: ReadonlySet<string> = new Set(["proxy", "watch"]);

/**
 * Reads method, path and query as the API server's RequestInfoFactory does.
 * @param path percent-encoded, without query
 * @see https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/request/requestinfo.go
 */
export function requestInfo(method: string, path: string, query: URLSearchParams = new URLSearchParams()): RequestInfo {
  const other: NonResourceRequestInfo = { isResourceRequest: false, verb: method.toLowerCase(), nonResourceURL: path };
  const segments = path
    .replace(/^\/+|\/+$/g, "")
    .split("/")
    .map(decodeSegment);
  const [root, ...afterRoot] = segments;
  if (segments.length < 3 || (root !== "api" && root !== "apis")) return other;
  if (root === "apis" && afterRoot.length < 3) return other;
  const apiGroup = root === "apis" ? (afterRoot[0] ?? "") : "";
  const [apiVersion = "", ...afterVersion] = root === "apis" ? afterRoot.slice(1) : afterRoot;

  const pathVerb = PATH_VERBS.has(afterVersion[0] ?? "") ? afterVersion[0] : undefined;
  if (pathVerb !== undefined && afterVersion.length < 2) return other;
  const { namespace, parts } = withoutNamespace(pathVerb === undefined ? afterVersion : afterVersion.slice(1));
  const [resource = "", pathName = "", third = ""] = parts;
  const verb = pathVerb ?? VERBS[method.toUpperCase()] ?? "";
  const name = pathName === "" && (verb === "get" || verb === "watch") ? nameFromFields(query) : pathName;
  return {
    isResourceRequest: true,
    verb: pathName === "" ? collectionVerb(verb, query) : verb,
    apiGroup,
    apiVersion,
    resource,
    subresource: verb === "proxy" ? "" : third,
    namespace,
    name,
  };
}

/** The namespace that a path is in; undefined where it is in none, as that of a Namespace itself. */
export function namespaceOfPath(path: string): string | undefined {
  const info = requestInfo("GET", path);
  return info.isResourceRequest && info.namespace !== "" && info.resource !== "namespaces" ? info.namespace : undefined;
}

function withoutNamespace(segments: readonly string[]): { namespace: string; parts: readonly string[] } {
  const [first, namespace, third] = segments;
  if (first !== "namespaces" || namespace === undefined) return { namespace: "", parts: segments };
  const isNamespaceItself = third === undefined || NAMESPACE_SUBRESOURCES.has(third);
  return { namespace, parts: isNamespaceItself ? segments : segments.slice(2) };
}

function collectionVerb(verb: string, query: URLSearchParams): string {
  if (verb === "get") return isTrue(query.get("watch")) ? "watch" : "list";
  return verb === "delete" ? "deletecollection" : verb;
}

/** A list or watch of exactly one name may be granted by resourceNames. */
function nameFromFields(query: URLSearchParams): string {
  const text = query.get("fieldSelector");
  if (text === null || text === "") return "";
  try {
    const named = parseFieldSelector(text).find(({ field, operator }) => field === "metadata.name" && operator === "=");
    return named?.value ?? "";
  } catch {
    return ""; // the server ignores a selector it cannot read here, and refuses the request later
  }
}

/** The API's booleans in queries: present and neither `false` nor `0`. */
function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
