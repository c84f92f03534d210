import { notFound } from "../../model/status-error.ts";
import { textAnswer } from "../answers.ts";
import { representation, type Verb } from "../server.ts";

/** GET of one object. The store has no past, so every resourceVersion asked for gets the present state. */
export const get: Verb = (server, request) => {
  const { definition, info } = request;
  const as = representation(request, ["Table", "PartialObjectMetadata"]);
  const stored = server.store.get(definition.storageKey, definition.namespaced ? info.namespace : "", info.name);
  if (stored === undefined) throw notFound(definition, info.name);
  return textAnswer(200, server.renderer.object(definition, stored, as, info.query), as.format);
};
