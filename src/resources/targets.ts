import type { KubernetesObject } from "../core/object.ts";
import { groupResource } from "../core/path.ts";
import type { ObjectTarget, Target } from "../core/requests.ts";
import type { ApiResource } from "../core/resource.ts";
import { UsageError } from "../errors.ts";
import {
  collectionNamespace,
  completed,
  namespaceForObject,
  objectNamespace,
  requireName,
  requireObject,
  type Scope,
} from "./scope.ts";
import { refuseMisspelledSelectors } from "./selection.ts";

/** Where a call on many objects goes. */
export interface CollectionTarget {
  readonly resource: ApiResource;
  readonly target: Target;
}

/** An object as it is sent, and where to. */
export interface ObjectToSend<T> {
  readonly body: T;
  readonly target: ObjectTarget & { readonly resource: ApiResource };
}

/** One named object. */
export function objectTarget(
  resource: ApiResource,
  scope: Scope,
  name: string,
  action: string,
): ObjectTarget & { resource: ApiResource } {
  requireName(resource, action, name);
  return { resource, namespace: objectNamespace(resource, scope, action, name), name };
}

/** The objects of a scope. Refuses options that look like misspelled selectors. */
export function collectionTarget(resource: ApiResource, scope: Scope, options: object): CollectionTarget {
  refuseMisspelledSelectors(resource, options);
  return { resource, target: { resource, namespace: collectionNamespace(resource, scope) } };
}

/** An object that need not have a name yet. */
export function newObject<T extends KubernetesObject>(
  resource: ApiResource,
  scope: Scope,
  object: T,
): { readonly body: T; readonly target: Target } {
  requireObject(resource, "create", object);
  const namespace = namespaceForObject(resource, scope, "create", object);
  return { body: completed(resource, object, namespace, "create"), target: { resource, namespace } };
}

/** An object by the name that it carries. */
export function namedObject<T extends KubernetesObject>(
  resource: ApiResource,
  scope: Scope,
  object: T,
  action: string,
): ObjectToSend<T> {
  requireObject(resource, action, object);
  const name = object.metadata?.name;
  if (name === undefined || name === "") {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot ${action} an object of ${groupResource(resource)}: it has no metadata.name`,
    );
  }
  const namespace = namespaceForObject(resource, scope, action, object);
  return { body: completed(resource, object, namespace, action), target: { resource, namespace, name } };
}
