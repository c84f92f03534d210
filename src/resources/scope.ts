import type { KubernetesObject } from "../core/object.ts";
import { groupResource, groupVersion } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";
import { UsageError } from "../errors.ts";

/** Where a handle works. A namespace that was `chosen`, not just the context's, must agree with an object's own. */
export type Scope =
  | { readonly type: "namespace"; readonly namespace: string; readonly chosen: boolean }
  | { readonly type: "everywhere" };

/** The namespace that a scope stands for; `"*"` for all of them. */
export function namespaceOf(scope: Scope): string {
  return scope.type === "everywhere" ? "*" : scope.namespace;
}

/** The scope that an option `namespace` asks for; the handle's own without one. */
export function scopeOf(scope: Scope, namespace: string | undefined): Scope {
  return namespace === undefined ? scope : scopeIn(namespace);
}

/** The scope of a namespace that was chosen; `"*"` is all of them. A variable that was never set is no namespace. */
export function scopeIn(namespace: string): Scope {
  if (typeof namespace !== "string" || namespace === "") {
    const what = namespace === "" ? "is empty" : `is ${String(namespace)}, not a text`;
    throw new UsageError("INVALID_INPUT", `Cannot go over to a namespace: its name ${what}`, {
      hint: 'Give its name, or "*" for all of them.',
    });
  }
  return namespace === "*" ? { type: "everywhere" } : { type: "namespace", namespace, chosen: true };
}

/** Refuses what is no name before it can turn one object's path into that of its whole collection. */
export function requireName(resource: ApiResource, action: string, name: unknown): asserts name is string {
  if (typeof name === "string") return;
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot ${action} one of ${groupResource(resource)}: its name is ${name === null ? "null" : typeof name}, not a text`,
  );
}

/** Refuses what is no object at all. */
export function requireObject(resource: ApiResource, action: string, object: unknown): void {
  if (typeof object === "object" && object !== null && !Array.isArray(object)) return;
  const what = object === null ? "null" : Array.isArray(object) ? "an array" : typeof object;
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot ${action} one of ${groupResource(resource)}: it is ${what}, not an object`,
  );
}

/** The namespace of a collection's path: undefined for cluster-scoped resources and for all namespaces. */
export function collectionNamespace(resource: ApiResource, scope: Scope): string | undefined {
  return resource.namespaced && scope.type === "namespace" ? scope.namespace : undefined;
}

/** The namespace of one named object's path. */
export function objectNamespace(resource: ApiResource, scope: Scope, action: string, name: string): string | undefined {
  if (!resource.namespaced) return undefined;
  if (scope.type === "namespace") return scope.namespace;
  throw new UsageError(
    "USAGE",
    `Cannot ${action} ${groupResource(resource)} "${name}" everywhere: one object has one namespace`,
    {
      hint: 'Name it with .in("NAMESPACE") or the option namespace.',
    },
  );
}

/** The namespace to write an object to: its own, which must not contradict a chosen scope, else the scope's. */
export function namespaceForObject(
  resource: ApiResource,
  scope: Scope,
  action: string,
  object: KubernetesObject,
): string | undefined {
  const own = object.metadata?.namespace;
  const label = `${groupResource(resource)} "${object.metadata?.name ?? object.metadata?.generateName ?? ""}"`;
  if (!resource.namespaced) {
    if (own === undefined || own === "") return undefined;
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot ${action} ${label} in namespace "${own}": a ${resource.kind} has no namespace`,
      {
        hint: "Leave metadata.namespace out.",
      },
    );
  }
  if (own !== undefined && own !== "") {
    if (scope.type === "namespace" && scope.chosen && scope.namespace !== own) {
      throw new UsageError(
        "INVALID_INPUT",
        `Cannot ${action} ${label} in namespace "${scope.namespace}": the object says namespace "${own}"`,
        { hint: `Leave metadata.namespace out, or use .in("${own}").` },
      );
    }
    return own;
  }
  return objectNamespace(resource, scope, action, object.metadata?.name ?? "");
}

/** Fills in apiVersion, kind and namespace that were left out; what contradicts the resource is an error. */
export function completed<T extends KubernetesObject>(
  resource: ApiResource,
  object: T,
  namespace: string | undefined,
  action: string,
): T {
  const apiVersion = groupVersion(resource);
  const given = `${object.apiVersion ?? apiVersion}, kind ${object.kind ?? resource.kind}`;
  const expected = `${apiVersion}, kind ${resource.kind}`;
  if (given !== expected) {
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot ${action} an object of ${given} as one of ${groupResource(resource)}: it takes ${expected}`,
      {
        hint: "Leave apiVersion and kind out, or use k8s.apply(), which takes any kind.",
      },
    );
  }
  const metadata = namespace === undefined ? object.metadata : { ...object.metadata, namespace };
  return { ...object, apiVersion, kind: resource.kind, ...(metadata === undefined ? {} : { metadata }) };
}
