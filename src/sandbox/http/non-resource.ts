import type { ServerRequest } from "../model/server-request.ts";
import type { UserInfo } from "../model/user.ts";
import { pageNotFound } from "./answers.ts";
import type { RequestInfo } from "./request-info.ts";

/** Answers one path, or all below one: discovery, OpenAPI, health, version. */
export interface NonResourcePath {
  /** Whether this answers the path. */
  readonly matches: (path: string) => boolean;
  answer(request: ServerRequest, info: RequestInfo, user: UserInfo): Response;
}

/** Everything that is not a resource. */
export interface NonResourcePaths {
  answer(request: ServerRequest, info: RequestInfo, user: UserInfo): Response;
}

/** Asks in order; the router's own 404 when nobody answers. */
export function nonResourcePaths(paths: readonly NonResourcePath[]): NonResourcePaths {
  return {
    answer: (request, info, user) =>
      paths.find(({ matches }) => matches(info.path))?.answer(request, info, user) ?? pageNotFound(),
  };
}
