import type { ApiObject } from "../../model/object.ts";
import { StatusError } from "../../model/status-error.ts";
import { objectKey } from "../../storage/memory-store.ts";
import { textAnswer } from "../answers.ts";
import { type ContinueToken, continueAfter, decodeContinue, encodeContinue } from "../continue-token.ts";
import { type ListOptions, listOptions } from "../list-options.ts";
import type { ListFacts } from "../representation.ts";
import { type HttpServer, type ResourceRequest, representation, type Verb } from "../server.ts";

/** GET of a collection, whole or page by page. */
export const list: Verb = (server, request) => {
  const { definition, info } = request;
  const as = representation(request, ["Table", "PartialObjectMetadataList"]);
  const { items, facts } = listPage(server, request, listOptions(info, definition));
  return textAnswer(200, server.renderer.list(definition, items, facts, as, info.query), as.format);
};

/** One page: its objects as they are stored, and what the list says of itself. */
export function listPage(
  server: HttpServer,
  request: ResourceRequest,
  options: ListOptions,
): { items: ApiObject[]; facts: ListFacts } {
  const { definition, info } = request;
  const namespace = definition.namespaced && info.namespace !== "" ? info.namespace : undefined;
  const token = options.continue === "" ? undefined : decodeContinue(options.continue);
  const { objects, revision } = snapshot(server, request, options, token, namespace);
  const keyOf = (object: ApiObject): string => {
    const { namespace: own = "", name = "" } = object.metadata;
    return namespace === undefined ? objectKey(own, name) : name;
  };
  const rest = token === undefined ? objects : objects.filter((object) => keyOf(object) >= token.start);
  const { selects } = options;
  const selected =
    selects === undefined ? rest : rest.filter((object) => selects(server.texts.read(definition, object)));
  // a list that any state satisfies comes out of the watch cache, which knows no pages
  const limit = options.resourceVersion === "0" ? 0 : options.limit;
  const resourceVersion = String(revision);
  const last = limit > 0 ? selected[limit - 1] : undefined;
  if (last === undefined || selected.length === limit) return { items: selected, facts: { resourceVersion } };
  return {
    items: selected.slice(0, limit),
    facts: {
      resourceVersion,
      continue: continueAfter(revision, keyOf(last)),
      // what a selector leaves of the rest is not counted
      ...(selects === undefined ? { remainingItemCount: selected.length - limit } : {}),
    },
  };
}

interface Snapshot {
  readonly objects: ApiObject[];
  readonly revision: number;
}

function snapshot(
  server: HttpServer,
  { definition }: ResourceRequest,
  options: ListOptions,
  token: ContinueToken | undefined,
  namespace: string | undefined,
): Snapshot {
  const { store } = server;
  const current = (): Snapshot => ({ objects: store.list(definition.storageKey, namespace), revision: store.revision });
  if (token !== undefined) {
    if (token.revision < 0) return current();
    const objects = store.listAt(definition.storageKey, token.revision, namespace);
    if (objects === undefined) throw expiredContinue(token);
    return { objects, revision: token.revision };
  }
  const asked = Number(options.resourceVersion);
  if (asked > store.revision) throw tooLargeResourceVersion(options.resourceVersion, store.revision);
  if (options.resourceVersionMatch !== "Exact" || asked === 0) return current();
  const objects = store.listAt(definition.storageKey, asked, namespace);
  if (objects !== undefined) return { objects, revision: asked };
  throw new StatusError(410, "Expired", "The resourceVersion for the provided list is too old.");
}

/** The token in the answer reads on from the same place in the present state. */
function expiredContinue(token: ContinueToken): StatusError {
  const inconsistent = encodeContinue({ revision: -1, start: token.start });
  const error = new StatusError(
    410,
    "Expired",
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
  error.status.metadata = { continue: inconsistent };
  return error;
}

/** The store cannot be behind what it gave out: such a version is not one of this server's. */
export function tooLargeResourceVersion(asked: string, current: number): StatusError {
  return new StatusError(504, "Timeout", `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
}
