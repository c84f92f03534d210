import { groupResource } from "../model/definition.ts";
import type { RequestAttributes } from "../model/request-attributes.ts";
import type { RequestMatch } from "./fault.ts";

/** Whether a request is one of those that `match` names. */
export function matchesRequest(match: RequestMatch, request: RequestAttributes & { readonly method: string }): boolean {
  return (
    (match.method === undefined || match.method.toUpperCase() === request.method) &&
    (match.path === undefined || matchesPath(match.path, request.path)) &&
    (match.verb === undefined || match.verb === request.verb) &&
    (match.resource === undefined || match.resource === resourceOf(request)) &&
    (match.namespace === undefined || match.namespace === request.namespace) &&
    (match.name === undefined || match.name === request.name)
  );
}

function matchesPath(wanted: string | RegExp, path: string): boolean {
  if (typeof wanted === "string") return wanted === path;
  // a pattern with the flag g would remember where it matched last
  return path.search(wanted) >= 0;
}

function resourceOf(request: RequestAttributes): string {
  const resource = groupResource(request);
  return request.subresource === "" ? resource : `${resource}/${request.subresource}`;
}
