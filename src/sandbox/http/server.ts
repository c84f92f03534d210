import type { DefinitionTable } from "../definitions/definition-table.ts";
import type { Clock } from "../model/clock.ts";
import type { ResourceDefinition } from "../model/definition.ts";
import type { Identity } from "../model/identity.ts";
import type { PodStreams } from "../model/pod-streams.ts";
import type { ServerRequest } from "../model/server-request.ts";
import type { UserInfo } from "../model/user.ts";
import type { VirtualResource } from "../model/virtual-resource.ts";
import type { TrackUpdate } from "../ownership/ownership.ts";
import type { ApplyPatch, PatchType } from "../patch/patch.ts";
import type { Writer } from "../storage/create-registry.ts";
import type { Registry } from "../storage/registry.ts";
import type { Store } from "../storage/store.ts";
import type { WriteContext } from "../storage/write-context.ts";
import type { Representation, Transform } from "./media-types.ts";
import { negotiate } from "./media-types.ts";
import type { ObjectTexts } from "./object-text.ts";
import type { Renderer } from "./representation.ts";
import type { RequestInfo } from "./request-info.ts";
import type { Warnings } from "./warnings.ts";
import { isDryRun, managerOf } from "./write-options.ts";

/** Everything that answering a request takes. */
export interface HttpServer {
  readonly store: Store;
  readonly definitions: DefinitionTable;
  readonly registry: Registry;
  readonly writer: Writer;
  readonly clock: Clock;
  readonly random: () => number;
  readonly identity: Identity;
  readonly texts: ObjectTexts;
  readonly renderer: Renderer;
  readonly patches: Readonly<Record<Exclude<PatchType, "apply">, ApplyPatch>>;
  readonly trackUpdate: TrackUpdate;
  readonly virtualResources: readonly VirtualResource[];
  readonly podStreams: PodStreams;
}

/** A request for a resource, admitted and with its body read. */
export interface ResourceRequest {
  readonly request: ServerRequest;
  readonly body: Uint8Array;
  /** Of the body; undefined when the request names none. */
  readonly contentType: string | undefined;
  readonly info: RequestInfo;
  readonly definition: ResourceDefinition;
  readonly user: UserInfo;
  readonly warnings: Warnings;
}

/** How a verb answers. */
export type Verb = (server: HttpServer, request: ResourceRequest) => Response;

/** The form of the answer that the request accepts. */
export function representation(request: ResourceRequest, transforms: readonly Transform[]): Representation {
  return negotiate(request.request.headers.get("accept"), transforms);
}

/** The request as the write path sees it. `options` names the kind of query options, for messages. */
export function writeContext(request: ResourceRequest, options: string): WriteContext {
  const { info, definition, user, warnings } = request;
  return {
    definition,
    namespace: definition.namespaced ? info.namespace : "",
    subresource: info.subresource,
    manager: managerOf(request.request, info.query, options),
    user,
    dryRun: isDryRun(info.query, options),
    warn: (text) => warnings.add(text),
  };
}
