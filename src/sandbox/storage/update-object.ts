import type { ApiObject } from "../model/object.ts";
import { conflict, invalid, notFound } from "../model/status-error.ts";
import { cloneJson, equalButTimes } from "./json.ts";
import { inOrder } from "./metadata.ts";
import { strategyFor } from "./strategies/strategy-for.ts";
import type { Strategy } from "./strategy.ts";
import { admit, fromStorage, ownershipOf, toStorage, type WriteContext, type WriteServer } from "./write-context.ts";

export const STALE = "the object has been modified; please apply your changes to the latest version and try again";

/** Placing a pod on a node leaves no owner behind and does not count as a change of its spec. */
const BINDING = "binding";

export interface UpdateOptions {
  /** Server-side apply has already put down who owns what. */
  readonly applied?: boolean;
}

/**
 * Replaces an object by what `change` makes of its present state. A `resourceVersion` or `uid` in the result that
 * is not the present one is a conflict. Returns what is stored; of a dry run, what would have been.
 */
export function updateObject(
  server: WriteServer,
  name: string,
  change: (live: ApiObject) => ApiObject,
  context: WriteContext,
  options: UpdateOptions = {},
): ApiObject {
  const { definition, namespace } = context;
  const strategy = strategyFor(definition);
  const stored = server.store.get(definition.storageKey, namespace, name);
  if (stored === undefined) throw notFound(definition, name);
  const live = fromStorage(definition, stored);
  const wanted = cloneJson(change(live));
  checkPreconditions(context, live, wanted);
  keepSystemMetadata(live, wanted);
  const { rules } = server;
  rules.applyDefaults(definition, wanted);
  if (context.subresource !== BINDING) rules.prepareForUpdate(definition, live, wanted, context.subresource);
  const untracked = options.applied === true || context.subresource === BINDING;
  const updated = untracked ? wanted : rules.trackUpdate(live, wanted, ownershipOf(server, context));
  admit(server, context, "mutate", { operation: "UPDATE", name, object: updated, old: live });
  // what is given out is only taken for good once nothing else can refuse the write
  const unavailable = rules.allocate(definition, updated, live, true);
  const errors = [...unavailable, ...rules.validateUpdate(definition, live, updated, context.subresource)];
  if (errors.length > 0) throw invalid(definition, name, errors);
  admit(server, context, "validate", { operation: "UPDATE", name, object: updated, old: live });
  if (!context.dryRun) rules.allocate(definition, updated, live, false);
  return write(server, stored, live, updated, context, strategy);
}

function checkPreconditions(context: WriteContext, live: ApiObject, wanted: ApiObject): void {
  const { definition, namespace } = context;
  const name = live.metadata.name ?? "";
  const { uid, resourceVersion } = wanted.metadata;
  if (uid !== undefined && uid !== "" && uid !== live.metadata.uid) {
    const path = ["", "registry", ...(definition.custom === undefined ? [] : [definition.group]), definition.resource];
    const key = [...path, ...(namespace === "" ? [] : [namespace]), name].join("/");
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid ?? ""}`;
    const error = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
    throw conflict(definition, name, error);
  }
  if (resourceVersion !== undefined && resourceVersion !== "" && resourceVersion !== live.metadata.resourceVersion) {
    throw conflict(definition, name, STALE);
  }
}

/** What a client cannot change, and may leave out. */
function keepSystemMetadata(live: ApiObject, wanted: ApiObject): void {
  const kept = live.metadata;
  const {
    generation: _generation,
    deletionGracePeriodSeconds: _grace,
    deletionTimestamp,
    ...metadata
  } = wanted.metadata;
  const deletion = kept.deletionTimestamp ?? undefined;
  wanted.metadata = {
    ...metadata,
    ...(kept.name === undefined ? {} : { name: kept.name }),
    ...(kept.namespace === undefined ? {} : { namespace: kept.namespace }),
    ...(kept.uid === undefined ? {} : { uid: kept.uid }),
    ...(kept.resourceVersion === undefined ? {} : { resourceVersion: kept.resourceVersion }),
    ...(kept.generation === undefined ? {} : { generation: kept.generation }),
    ...(kept.creationTimestamp === undefined ? {} : { creationTimestamp: kept.creationTimestamp }),
    ...(deletion === undefined ? {} : { deletionTimestamp: deletion }),
    ...(kept.deletionGracePeriodSeconds === undefined
      ? {}
      : { deletionGracePeriodSeconds: kept.deletionGracePeriodSeconds }),
  };
  if (deletionTimestamp !== undefined && deletion === undefined) delete wanted.metadata.deletionTimestamp;
  if (kept.generateName !== undefined && wanted.metadata.generateName === undefined) {
    wanted.metadata.generateName = kept.generateName;
  }
}

function write(
  server: WriteServer,
  stored: ApiObject,
  live: ApiObject,
  updated: ApiObject,
  context: WriteContext,
  strategy: Strategy,
): ApiObject {
  const { definition, namespace } = context;
  if (equalButTimes(live, updated)) return live;
  const complete = inOrder(updated);
  if (context.dryRun) return complete;
  if (isReleased(complete, strategy)) {
    server.store.remove(definition.storageKey, namespace, stored.metadata.name ?? "");
    return complete;
  }
  return fromStorage(definition, server.store.put(definition.storageKey, toStorage(definition, complete)));
}

/** Whether nothing holds a going object any longer. */
function isReleased(object: ApiObject, strategy: Strategy): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds > 0 || finalizers.length > 0) return false;
  return strategy.holds?.(object) !== true;
}
