import { BUILT_IN_SCHEMAS } from "../../definitions/built-in.ts";
import { formatTime } from "../../model/clock.ts";
import type { ResourceDefinition } from "../../model/definition.ts";
import type { VirtualResource } from "../../model/virtual-resource.ts";
import { inOrder } from "../../storage/metadata.ts";
import { jsonAnswer } from "../answers.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb, writeContext } from "../server.ts";
import { decodeObject } from "../verbs/create.ts";

/** The virtual resource that answers this request, if one does. */
export function virtualFor(server: HttpServer, { definition, info }: ResourceRequest): VirtualResource | undefined {
  const name = info.subresource === "" ? definition.resource : `${definition.resource}/${info.subresource}`;
  return server.virtualResources.find((one) => one.group === definition.group && one.resource === name);
}

/** POST of a resource that is answered, not stored. */
export const createVirtual: Verb = (server, request) => {
  const as = representation(request, []);
  const virtual = virtualFor(server, request);
  const context = writeContext(request, "CreateOptions");
  const target = targetOf(request);
  const given = decodeObject(request, target, "CreateOptions");
  const { metadata } = server.trackUpdate(undefined, given, {
    manager: context.manager,
    subresource: context.subresource,
    apiVersion: target.group === "" ? target.version : `${target.group}/${target.version}`,
    time: formatTime(server.clock.now()),
    definition: target,
  });
  const answer = virtual?.create(
    { ...given, metadata },
    {
      user: request.user,
      namespace: context.namespace,
      name: request.info.name,
      manager: context.manager,
      registry: server.registry,
    },
  );
  return jsonAnswer(201, answer === undefined ? undefined : inOrder(answer), as.format);
};

/** The kind that the body is of: the sub-resource's own where it has one. */
function targetOf({ definition, info }: ResourceRequest): ResourceDefinition {
  const subresource = definition.subresources.find(({ name }) => name === info.subresource);
  if (subresource === undefined) return definition;
  const { group = definition.group, version = definition.version, kind } = subresource;
  const name = BUILT_IN_SCHEMAS.named(`io.k8s.api.${group.split(".", 1)[0] ?? ""}.${version}.${kind}`);
  return { ...definition, group, version, kind, schema: name, schemas: BUILT_IN_SCHEMAS, subresources: [] };
}
