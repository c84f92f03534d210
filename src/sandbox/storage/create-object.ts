import { formatTime } from "../model/clock.ts";
import type { ApiObject } from "../model/object.ts";
import { alreadyExists, badRequest, invalid } from "../model/status-error.ts";
import { generateName, inOrder } from "./metadata.ts";
import { strategyFor } from "./strategies/strategy-for.ts";
import { admit, fromStorage, ownershipOf, toStorage, type WriteContext, type WriteServer } from "./write-context.ts";

/** Further tries when a generated name is taken. */
const NAME_TRIES = 8;

/**
 * Creates `object`, which the caller gives away. `applied` tells that server-side apply has already put down who
 * owns what. Returns what is stored, in the request's version; of a dry run, what would have been.
 */
export function createObject(
  server: WriteServer,
  object: ApiObject,
  context: WriteContext,
  options: { readonly applied?: boolean } = {},
): ApiObject {
  const { definition, namespace } = context;
  stampNew(server, object, context);
  server.rules.applyDefaults(definition, object);
  const created =
    options.applied === true ? object : server.rules.trackUpdate(undefined, object, ownershipOf(server, context));
  const name = created.metadata.name ?? "";
  admit(server, context, "mutate", { operation: "CREATE", name, object: created, old: undefined });
  server.rules.prepareForCreate(definition, created);
  strategyFor(definition).prepareCreate?.(created, context.user);
  const errors = server.rules.validateCreate(definition, created);
  if (errors.length > 0) throw invalid(definition, name, errors);
  if (name === "") throw badRequest("name or generateName is required");
  admit(server, context, "validate", { operation: "CREATE", name, object: created, old: undefined });
  if (server.store.get(definition.storageKey, namespace, name) !== undefined) throw alreadyExists(definition, name);
  const unavailable = server.rules.allocate(definition, created, undefined, context.dryRun);
  if (unavailable.length > 0) throw invalid(definition, name, unavailable);
  // what is read back from storage is defaulted once more: a Job's labels follow those that its template was given
  server.rules.applyDefaults(definition, created);
  const complete = inOrder(created);
  if (context.dryRun) return complete;
  return fromStorage(definition, server.store.put(definition.storageKey, toStorage(definition, complete)));
}

/** Metadata that only the server sets. */
function stampNew(server: WriteServer, object: ApiObject, context: WriteContext): void {
  const {
    resourceVersion: _version,
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    ...metadata
  } = object.metadata;
  const prefix = metadata.generateName ?? "";
  const named = metadata.name ?? "";
  object.metadata = {
    ...metadata,
    ...(named === "" && prefix !== "" ? { name: freeName(server, prefix, context) } : {}),
    ...(context.namespace === "" ? {} : { namespace: context.namespace }),
    uid: server.uid(),
    creationTimestamp: formatTime(server.clock.now()),
  };
}

function freeName(server: WriteServer, prefix: string, context: WriteContext): string {
  let name = generateName(prefix, server.random);
  for (let tries = 1; tries < NAME_TRIES; tries += 1) {
    if (server.store.get(context.definition.storageKey, context.namespace, name) === undefined) break;
    name = generateName(prefix, server.random);
  }
  return name;
}
