import type { RequestAttributes } from "../model/request-attributes.ts";
import type { RequestTarget } from "../model/request-target.ts";

/** A request taken apart: what it asks for, and on which object. */
export interface RequestInfo extends RequestAttributes {
  /** The HTTP method, in upper case; HEAD is answered as GET. */
  readonly method: string;
  /** Whether the path ends at the resource, without an object's name. */
  readonly isCollection: boolean;
  /** Path segments after the resource's name and sub-resource: what `…/proxy` forwards. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

const VERBS: Readonly<Record<string, string>> = {
  GET: "get",
  HEAD: "get",
  POST: "create",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** What `namespaces/NAME/…` may be followed by and still be about the namespace itself. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/**
 * Reads a request's line as the API server does:
 * https://github.com/kubernetes/apiserver/blob/master/pkg/endpoints/request/requestinfo.go
 */
export function requestInfo(method: string, url: Pick<RequestTarget, "pathname" | "searchParams">): RequestInfo {
  const query = url.searchParams;
  const path = decoded(url.pathname);
  const upper = method.toUpperCase();
  const plain: RequestInfo = {
    verb: upper.toLowerCase(),
    isResourceRequest: false,
    path,
    group: "",
    version: "",
    resource: "",
    subresource: "",
    namespace: "",
    name: "",
    isCollection: false,
    method: upper,
    rest: [],
    query,
  };
  const segments = path.split("/").filter((segment) => segment !== "");
  const [prefix, ...below] = segments;
  const hasGroup = prefix === "apis";
  // /api/VERSION/RESOURCE and /apis/GROUP/VERSION/RESOURCE at the least
  if ((prefix !== "api" && !hasGroup) || below.length < (hasGroup ? 3 : 2)) return plain;
  const [group = "", version = "", ...parts] = hasGroup ? below : ["", ...below];
  const watchPath = parts[0] === "watch" && parts.length > 1;
  const addressed = addressedObject(watchPath ? parts.slice(1) : parts);
  const verb = watchPath ? "watch" : (VERBS[upper] ?? "");
  const name = addressed.name !== "" ? addressed.name : selectedName(query, verb);
  return {
    ...plain,
    ...addressed,
    name,
    isCollection: addressed.name === "",
    isResourceRequest: true,
    verb: addressed.name === "" ? collectionVerb(verb, query) : verb,
    group,
    version,
  };
}

type Addressed = Pick<RequestInfo, "namespace" | "resource" | "name" | "subresource" | "rest">;

function addressedObject(parts: readonly string[]): Addressed {
  const [first = "", second = "", third = ""] = parts;
  const inNamespace = first === "namespaces" && second !== "";
  const ownSubresource = NAMESPACE_SUBRESOURCES.has(third);
  const object = inNamespace && third !== "" && !ownSubresource ? parts.slice(2) : parts;
  const [resource = "", name = "", subresource = "", ...rest] = object;
  return { namespace: inNamespace ? second : "", resource, name, subresource, rest };
}

function collectionVerb(verb: string, query: URLSearchParams): string {
  if (verb === "get") return isTrue(query.get("watch")) ? "watch" : "list";
  return verb === "delete" ? "deletecollection" : verb;
}

/** A list that a field selector narrows to one name may be granted for that name alone. */
function selectedName(query: URLSearchParams, verb: string): string {
  if (verb !== "get" && verb !== "watch") return "";
  const match = /(?:^|,)metadata\.name==?([^,!=]+)(?:,|$)/.exec(query.get("fieldSelector") ?? "");
  return match?.[1] ?? "";
}

/** A boolean query parameter: present without a value is true, as `0` and `false` are not. */
export function isTrue(value: string | null): boolean {
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

/** Before it is split: an encoded slash separates as any other. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
