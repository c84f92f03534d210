import { requestForbidden } from "../auth/forbidden.ts";
import type { Peer } from "../model/peer.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import { requestTarget } from "../model/request-target.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { StatusError } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
import { failureAnswer, pageNotFound } from "./answers.ts";
import { mediaRanges } from "./media-types.ts";
import type { NonResourcePaths } from "./non-resource.ts";
import { streamTarget } from "./pod-stream.ts";
import { readBody } from "./read-body.ts";
import { type RequestInfo, requestInfo } from "./request-info.ts";
import { resourceNotFound, route } from "./route.ts";
import type { HttpServer, ResourceRequest } from "./server.ts";
import { virtualFor } from "./subresources/virtual.ts";
import { newWarnings } from "./warnings.ts";

/** Answers requests; what is asked for over a socket and in process alike. */
export interface Handler {
  handle(request: ServerRequest, peer?: Peer): Promise<Response>;
  /**
   * What an upgrade to a stream is about, once it has been let through; the answer where it has not. The caller
   * makes the connection.
   */
  connect(request: ServerRequest, peer?: Peer): PodStreamTarget | Response;
}

const BODILESS = new Set(["GET", "HEAD"]);

/** A pipeline: who asks, whether they may, what for, and the answer. */
export function createHandler(server: HttpServer, paths: NonResourcePaths): Handler {
  async function handle(request: ServerRequest, peer?: Peer): Promise<Response> {
    try {
      const info = requestInfo(request.method, requestTarget(request.url));
      const user = admit(server, request, info, peer);
      // what is sent on is not read here
      const unread = BODILESS.has(info.method) || info.subresource === "proxy";
      const body = unread ? new Uint8Array() : await readBody(request);
      return await answer(request, info, user, body);
    } catch (error) {
      return failure(request, error);
    }
  }

  function answer(
    request: ServerRequest,
    info: RequestInfo,
    user: UserInfo,
    body: Uint8Array,
  ): Response | Promise<Response> {
    if (!info.isResourceRequest) return paths.answer(request, info, user);
    const definition = server.definitions.get(info.group, info.version, info.resource);
    if (definition === undefined) return unknownResource(server, info);
    const contentType = request.headers.get("content-type") ?? undefined;
    const warnings = newWarnings();
    const resourceRequest: ResourceRequest = { request, info, definition, user, body, contentType, warnings };
    const found = route(info, definition, virtualFor(server, resourceRequest) !== undefined);
    if (found.kind === "verb") return found.verb(server, resourceRequest);
    return server.podStreams.handle(request, streamTarget(server, info, definition, user));
  }

  return {
    handle,
    connect(request, peer) {
      try {
        const info = requestInfo(request.method, requestTarget(request.url));
        const user = admit(server, request, info, peer);
        const definition = server.definitions.get(info.group, info.version, info.resource);
        if (definition === undefined) return unknownResource(server, info);
        if (route(info, definition, false).kind !== "stream") throw resourceNotFound();
        // an upgrade arrives as a GET: the right to create is asked for besides
        if (info.subresource !== "log") authorize(server, user, { ...info, verb: "create" });
        return streamTarget(server, info, definition, user);
      } catch (error) {
        return failure(request, error);
      }
    },
  };
}

/** Authenticates, impersonates and authorizes. Throws the 401 or 403. */
function admit(server: HttpServer, request: ServerRequest, info: RequestInfo, peer: Peer | undefined): UserInfo {
  const user = server.identity.impersonate(server.identity.authenticate(request, peer), request, info);
  authorize(server, user, info);
  return user;
}

function authorize(server: HttpServer, user: UserInfo, info: RequestInfo): void {
  const decision = server.identity.authorize(user, info);
  if (!decision.allowed) throw requestForbidden(user.username, info, decision.reason);
}

/** Groups that are built in know all their paths; of all others the router knows nothing. */
function unknownResource(server: HttpServer, info: RequestInfo): Response {
  const group = server.definitions.groups().find(({ name }) => name === info.group);
  const builtIn = group?.versions.some(({ definitions }) => definitions.some(({ custom }) => custom === undefined));
  if (builtIn === true) throw resourceNotFound();
  return pageNotFound();
}

function failure(request: ServerRequest, error: unknown): Response {
  const status =
    error instanceof StatusError
      ? error
      : new StatusError(
          500,
          "InternalError",
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        );
  const preferred = mediaRanges(request.headers.get("accept"))[0]?.type;
  return failureAnswer(status, preferred === "application/yaml" && status.status.code !== 406 ? "yaml" : "json");
}
