import { formatTime } from "../model/clock.ts";
import { groupResource } from "../model/definition.ts";
import type { ApiObject } from "../model/object.ts";
import { notFound, StatusError } from "../model/status-error.ts";
import { deletionFinalizers } from "./garbage-finalizers.ts";
import { cloneJson, equalJson } from "./json.ts";
import { inOrder } from "./metadata.ts";
import type { DeleteOptions } from "./registry.ts";
import { strategyFor } from "./strategies/strategy-for.ts";
import type { Strategy } from "./strategy.ts";
import { admit, fromStorage, toStorage, type WriteContext, type WriteServer } from "./write-context.ts";

/** What became of a deleted object: gone with its last state, or marked and waiting for its finalizers or grace period. */
export interface Deletion {
  readonly object: ApiObject;
  readonly gone: boolean;
}

/**
 * Deletes or marks one object:
 * https://github.com/kubernetes/apiserver/blob/master/pkg/registry/rest/delete.go
 */
export function deleteObject(
  server: WriteServer,
  name: string,
  options: DeleteOptions,
  context: WriteContext,
): Deletion {
  const { definition, namespace } = context;
  const stored = server.store.get(definition.storageKey, namespace, name);
  if (stored === undefined) throw notFound(definition, name);
  checkPreconditions(context, stored, options);
  const old = fromStorage(definition, stored);
  admit(server, context, "mutate", { operation: "DELETE", name, object: undefined, old });
  admit(server, context, "validate", { operation: "DELETE", name, object: undefined, old });
  const strategy = strategyFor(definition);
  const marked = strategy.terminate === undefined ? mark(server, old, options, strategy) : end(server, old, strategy);
  const held =
    (marked.metadata.finalizers ?? []).length > 0 ||
    (marked.metadata.deletionGracePeriodSeconds ?? 0) > 0 ||
    strategy.holds?.(marked) === true;
  if (context.dryRun) return { object: inOrder(marked), gone: !held };
  const changed = !equalJson(old, marked);
  // a graceful kind is seen with its grace period of zero before it goes, all others go at once
  if (held || strategy.gracePeriod !== undefined) {
    const kept = changed ? server.store.put(definition.storageKey, toStorage(definition, inOrder(marked))) : stored;
    if (held) return { object: fromStorage(definition, kept), gone: false };
    server.store.remove(definition.storageKey, namespace, name);
    return { object: fromStorage(definition, kept), gone: true };
  }
  server.store.remove(definition.storageKey, namespace, name);
  return { object: old, gone: true };
}

/** Namespaces and CustomResourceDefinitions: what they contain goes first. */
function end(server: WriteServer, object: ApiObject, strategy: Strategy): ApiObject {
  if (object.metadata.deletionTimestamp !== undefined) return object;
  return strategy.terminate?.(cloneJson(object), server.clock.now()) ?? object;
}

/** The object with its deletion timestamp, grace period and the finalizers that the propagation policy asks for. */
function mark(server: WriteServer, object: ApiObject, options: DeleteOptions, strategy: Strategy): ApiObject {
  const finalizers = deletionFinalizers(
    object.metadata.finalizers ?? [],
    options.propagationPolicy,
    strategy.orphansByDefault,
  );
  const marked: ApiObject = { ...object, metadata: { ...object.metadata, finalizers: [...finalizers] } };
  if (finalizers.length === 0) delete marked.metadata.finalizers;
  const grace = strategy.gracePeriod?.(object, options.gracePeriodSeconds);
  if (grace !== undefined) return markGraceful(server, marked, grace, options);
  if (finalizers.length === 0) return marked;
  markGoing(marked, server.clock.now(), 0);
  return marked;
}

/** A second delete can only shorten the wait. */
function markGraceful(server: WriteServer, marked: ApiObject, grace: number, options: DeleteOptions): ApiObject {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = marked.metadata;
  if (deletionTimestamp === undefined) {
    markGoing(marked, server.clock.now() + grace * 1000, grace);
    return marked;
  }
  const asked = options.gracePeriodSeconds === undefined ? deletionGracePeriodSeconds : grace;
  if (asked >= deletionGracePeriodSeconds) return marked;
  const end = Date.parse(deletionTimestamp) - (deletionGracePeriodSeconds - asked) * 1000;
  marked.metadata.deletionTimestamp = formatTime(end);
  marked.metadata.deletionGracePeriodSeconds = asked;
  return marked;
}

function markGoing(object: ApiObject, at: number, graceSeconds: number): void {
  const { metadata } = object;
  const first = metadata.deletionGracePeriodSeconds === undefined;
  if (first && (metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
  metadata.deletionTimestamp ??= formatTime(at);
  metadata.deletionGracePeriodSeconds = graceSeconds;
}

function checkPreconditions({ definition }: WriteContext, live: ApiObject, options: DeleteOptions): void {
  const { uid = "", resourceVersion = "", name = "" } = live.metadata;
  const [asked, found, what, explanation] =
    options.uid !== undefined && options.uid !== uid
      ? [options.uid, uid, "UID", "deleted and then recreated"]
      : options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion
        ? [options.resourceVersion, resourceVersion, "ResourceVersion", "modified"]
        : [];
  if (what === undefined) return;
  // this one message names the kind where all others name the resource
  const kind = groupResource({ group: definition.group, resource: definition.kind });
  throw new StatusError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${kind} "${name}": the ${what} in the precondition (${asked}) does not match the ${what} in record (${found}). The object might have been ${explanation}`,
    { name, ...(definition.group === "" ? {} : { group: definition.group }), kind: definition.kind },
  );
}
