import type { ResourceDefinition } from "../model/definition.ts";
import { StatusError } from "../model/status-error.ts";
import type { RequestInfo } from "./request-info.ts";
import type { Verb } from "./server.ts";
import { bindPod, createBinding } from "./subresources/binding.ts";
import { evict } from "./subresources/eviction.ts";
import { isPartial, patchPart, updatePart } from "./subresources/partial-update.ts";
import { getScale, patchScale, updateScale } from "./subresources/scale.ts";
import { createVirtual } from "./subresources/virtual.ts";
import { create } from "./verbs/create.ts";
import { deleteOne } from "./verbs/delete.ts";
import { deleteCollection } from "./verbs/delete-collection.ts";
import { get } from "./verbs/get.ts";
import { list } from "./verbs/list.ts";
import { patch } from "./verbs/patch.ts";
import { update } from "./verbs/update.ts";
import { watch } from "./verbs/watch.ts";

const VERBS: Readonly<Record<string, Verb>> = {
  get,
  list,
  watch,
  create,
  update,
  patch,
  delete: deleteOne,
  deletecollection: deleteCollection,
};

const SCALE: Readonly<Record<string, Verb>> = { get: getScale, update: updateScale, patch: patchScale };
const PARTIAL: Readonly<Record<string, Verb>> = { get, update: updatePart, patch: patchPart };
const CREATES: Readonly<Record<string, Verb>> = {
  "pods/binding": bindPod,
  "pods/eviction": evict,
  "serviceaccounts/token": createVirtual,
};

/** Sub-resources that open a connection to what runs behind the object. */
const STREAMS = new Set(["attach", "exec", "log", "portforward", "proxy"]);

/** What answers a request: a verb, or whoever serves the streams of pods. */
export type Route = { readonly kind: "verb"; readonly verb: Verb } | { readonly kind: "stream" };

/**
 * Finds what answers, once it is known that the resource is served. Throws the router's 404 for a path of the wrong
 * shape and its 405 for a verb that the path does not have.
 */
export function route(info: RequestInfo, definition: ResourceDefinition, isVirtual: boolean): Route {
  checkShape(info, definition);
  const { subresource } = info;
  if (subresource !== "") return subresourceRoute(info, definition);
  if (!isServed(info, definition)) throw methodNotAllowed();
  if (definition.resource === "bindings" && definition.group === "") return { kind: "verb", verb: createBinding };
  if (isVirtual) return { kind: "verb", verb: createVirtual };
  const verb = VERBS[info.verb];
  if (verb === undefined) throw methodNotAllowed();
  return { kind: "verb", verb };
}

function subresourceRoute(info: RequestInfo, definition: ResourceDefinition): Route {
  const { subresource } = info;
  const declared = definition.subresources.find(({ name }) => name === subresource);
  if (declared === undefined) throw resourceNotFound();
  if (STREAMS.has(subresource)) return { kind: "stream" };
  if (!declared.verbs.includes(info.verb)) throw methodNotAllowed();
  const name = `${definition.resource}/${subresource}`;
  const verb =
    subresource === "scale"
      ? SCALE[info.verb]
      : isPartial(name)
        ? PARTIAL[info.verb]
        : info.verb === "create"
          ? CREATES[name]
          : VERBS[info.verb];
  if (verb === undefined) throw methodNotAllowed();
  return { kind: "verb", verb };
}

/** A namespaced object's path names a namespace, a cluster-scoped one's does not. */
function checkShape(info: RequestInfo, definition: ResourceDefinition): void {
  const inNamespace = info.namespace !== "" && definition.resource !== "namespaces";
  const bare = definition.namespaced && !inNamespace && !info.isCollection;
  const misplaced = !definition.namespaced && inNamespace;
  const tooDeep = info.rest.length > 0 && !STREAMS.has(info.subresource);
  if (bare || misplaced || tooDeep) throw resourceNotFound();
}

function isServed(info: RequestInfo, definition: ResourceDefinition): boolean {
  if (!definition.verbs.includes(info.verb)) return false;
  const forCollection = ["list", "create", "deletecollection"].includes(info.verb);
  if (info.verb === "watch" ? false : forCollection !== info.isCollection) return false;
  // objects of all namespaces at once are only listed
  const everywhere = definition.namespaced && info.namespace === "";
  return !everywhere || info.verb === "list" || info.verb === "watch";
}

/** The 404 of a path below a served group that leads nowhere. */
export function resourceNotFound(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", {});
}

function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError(405, "MethodNotAllowed", message, {});
}
