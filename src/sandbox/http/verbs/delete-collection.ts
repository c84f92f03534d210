import { textAnswer } from "../answers.ts";
import { listOptions } from "../list-options.ts";
import { representation, type Verb } from "../server.ts";
import { deleteContext } from "./delete.ts";
import { deleteOptions } from "./delete-options.ts";
import { listPage } from "./list.ts";

/** DELETE of a collection: each object that the selectors choose, answered with the list of them. */
export const deleteCollection: Verb = (server, request) => {
  const { definition, info } = request;
  const as = representation(request, ["Table", "PartialObjectMetadataList"]);
  const options = deleteOptions(request);
  const { items, facts } = listPage(server, request, listOptions(info, definition));
  const context = deleteContext(request, options.dryRun);
  for (const { metadata } of items) {
    const { name = "", namespace = "" } = metadata;
    // one that another's deletion took along is no failure
    if (server.store.get(definition.storageKey, namespace, name) === undefined) continue;
    server.writer.delete(name, options, { ...context, namespace });
  }
  return textAnswer(200, server.renderer.list(definition, items, facts, as, info.query), as.format);
};
