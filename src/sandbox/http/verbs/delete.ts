import type { Status } from "../../../errors.ts";
import type { ResourceDefinition } from "../../model/definition.ts";
import type { ApiObject } from "../../model/object.ts";
import { strategyFor } from "../../storage/strategies/strategy-for.ts";
import type { WriteContext } from "../../storage/write-context.ts";
import { jsonAnswer, textAnswer } from "../answers.ts";
import { type ResourceRequest, representation, type Verb } from "../server.ts";
import { storedForm } from "./create.ts";
import { deleteOptions } from "./delete-options.ts";

/** DELETE of one object: answers with a Status, or with the object while it waits or where its kind says so. */
export const deleteOne: Verb = (server, request) => {
  const { definition, info } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const options = deleteOptions(request);
  const { object, gone } = server.writer.delete(info.name, options, deleteContext(request, options.dryRun));
  if (gone && !strategyFor(definition).returnsDeleted) {
    return jsonAnswer(200, deletedStatus(definition, object), as.format);
  }
  return textAnswer(200, server.renderer.object(storedForm(definition), object, as, info.query), as.format);
};

/** The request as the write path sees it. */
export function deleteContext(request: ResourceRequest, dryRun: boolean): WriteContext {
  const { definition, info, user, warnings } = request;
  return {
    definition,
    namespace: definition.namespaced ? info.namespace : "",
    subresource: "",
    manager: "",
    user,
    dryRun,
    warn: (text) => warnings.add(text),
  };
}

function deletedStatus(definition: ResourceDefinition, { metadata }: ApiObject): Status {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      ...(metadata.name === undefined ? {} : { name: metadata.name }),
      ...(definition.group === "" ? {} : { group: definition.group }),
      kind: definition.resource,
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    },
  };
}
