import type { DefinitionTable } from "../definitions/definition-table.ts";
import type { Clock } from "../model/clock.ts";
import { groupVersion, type ResourceDefinition } from "../model/definition.ts";
import { type ApiObject, isJsonObject } from "../model/object.ts";
import { badRequest, notFound, StatusError } from "../model/status-error.ts";
import type { UserInfo } from "../model/user.ts";
import { decodeValue } from "../schema/decode.ts";
import { checkAddress } from "./check-address.ts";
import { createObject } from "./create-object.ts";
import { type Deletion, deleteObject } from "./delete-object.ts";
import { cloneJson } from "./json.ts";
import type { DeleteOptions, Registry, WriteOptions } from "./registry.ts";
import type { Store } from "./store.ts";
import { type UpdateOptions, updateObject } from "./update-object.ts";
import type { WriteContext, WriteServer } from "./write-context.ts";
import { ownershipOf } from "./write-context.ts";
import type { WriteRules } from "./write-rules.ts";

/** The server's own user, for writes that nobody asked for. */
export const SERVER_USER: UserInfo = {
  username: "system:apiserver",
  groups: ["system:masters", "system:authenticated"],
};

export interface RegistryOptions {
  readonly store: Store;
  readonly definitions: DefinitionTable;
  readonly clock: Clock;
  readonly rules: WriteRules;
  /** From 0 up to 1; for generated names. */
  readonly random: () => number;
  /** A fresh UUID. */
  readonly uid: () => string;
}

/** Writes in any served version, with all that a request can say. The handler's side of the {@link Registry}. */
export interface Writer {
  /** `object` is given away. */
  create(object: ApiObject, context: WriteContext): ApiObject;
  update(
    name: string,
    change: (live: ApiObject) => ApiObject,
    context: WriteContext,
    options?: UpdateOptions,
  ): ApiObject;
  /** Server-side apply; creates the object when it is absent. */
  apply(
    name: string,
    applied: ApiObject,
    context: WriteContext,
    force: boolean,
  ): { object: ApiObject; created: boolean };
  delete(name: string, options: DeleteOptions, context: WriteContext): Deletion;
}

/** The write path over a store, in both its forms. */
export function createRegistry(options: RegistryOptions): { registry: Registry; writer: Writer } {
  const { store, definitions } = options;

  function lookup(resource: string): ResourceDefinition {
    const found = definitions.find(resource);
    if (found === undefined) throw new StatusError(404, "NotFound", `the server serves no resource "${resource}"`);
    return definitions.stored(found);
  }

  /** Another version of a stored resource: it has the same plural, if not the same group. */
  function inVersion(stored: ResourceDefinition, apiVersion: string | undefined): ResourceDefinition {
    if (apiVersion === undefined) return stored;
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    const found = definitions.get(group, version, stored.resource);
    if (found?.storageKey === stored.storageKey) return found;
    throw new StatusError(404, "NotFound", `the server serves no resource "${stored.resource}" in ${apiVersion}`);
  }

  function contextOf(definition: ResourceDefinition, namespace: string, write: Partial<WriteOptions>): WriteContext {
    return {
      definition,
      namespace: definition.namespaced ? namespace : "",
      subresource: write.subresource ?? "",
      manager: write.manager ?? "",
      user: write.user ?? SERVER_USER,
      dryRun: write.dryRun ?? false,
      warn: () => {},
    };
  }

  const registry: Registry = {
    definitions: () => definitions.all(),
    definition: (group, version, resource) => definitions.get(group, version, resource),
    lookup,

    get(resource, namespace, name) {
      const definition = lookup(resource);
      return store.get(definition.storageKey, definition.namespaced ? namespace : "", name);
    },

    list(resource, namespace) {
      const definition = lookup(resource);
      return store.list(definition.storageKey, definition.namespaced ? namespace : undefined);
    },

    create(resource, namespace, object, write) {
      const definition = inVersion(lookup(resource), write.apiVersion);
      return writer.create(asObject(definition, object), contextOf(definition, namespace, write));
    },

    update(resource, object, write) {
      const definition = lookup(resource);
      const { name = "", namespace = "" } = object.metadata;
      return writer.update(name, () => object, contextOf(definition, namespace, write));
    },

    modify(resource, namespace, name, change, write) {
      const definition = lookup(resource);
      const context = contextOf(definition, namespace, write);
      const live = store.get(definition.storageKey, context.namespace, name);
      const wanted = live === undefined ? undefined : change(live);
      return wanted === undefined ? live : writer.update(name, () => wanted, context);
    },

    delete(resource, namespace, name, deletion = {}) {
      const definition = lookup(resource);
      const context = contextOf(definition, namespace, deletion);
      if (store.get(definition.storageKey, context.namespace, name) === undefined) return undefined;
      return writer.delete(name, deletion, context).object;
    },

    subscribe: (resource, listener) => store.subscribe(lookup(resource).storageKey, listener),
  };

  const server: WriteServer = { ...options, registry: () => registry };

  const writer: Writer = {
    create: (object, context) => createObject(server, object, context),
    update: (name, change, context, update) => updateObject(server, name, change, context, update),
    apply(name, applied, context, force) {
      const ownership = { ...ownershipOf(server, context), force };
      const { serverSideApply } = server.rules;
      const merge = (live: ApiObject | undefined): ApiObject => {
        const merged = cloneJson(serverSideApply(live, applied, ownership));
        checkAddress(merged, name, context.namespace);
        // the merged values in the form that their kind gives them, such as canonical quantities
        decodeValue(merged, context.definition);
        return merged;
      };
      if (store.get(context.definition.storageKey, context.namespace, name) === undefined) {
        if (context.subresource !== "") throw notFound(context.definition, name);
        return { object: createObject(server, merge(undefined), context, { applied: true }), created: true };
      }
      return { object: updateObject(server, name, merge, context, { applied: true }), created: false };
    },
    delete: (name, deletion, context) => deleteObject(server, name, deletion, context),
  };

  return { registry, writer };
}

/** A copy of what a controller builds, with the kind and version that it may leave out. */
function asObject(definition: ResourceDefinition, value: unknown): ApiObject {
  if (!isJsonObject(value))
    throw badRequest(`cannot create ${definition.resource} from something that is not an object`);
  const copy = cloneJson(value);
  return {
    ...copy,
    kind: definition.kind,
    apiVersion: groupVersion(definition),
    metadata: isJsonObject(copy.metadata) ? copy.metadata : {},
  };
}
