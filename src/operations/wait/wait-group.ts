import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { collectionNamespace, objectNamespace, requireName, scopeOf } from "../../resources/scope.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";

/** Which objects of one resource: those named, or those that selectors choose. */
export type WaitSelection = { readonly names: readonly string[] } | SelectorOptions;

/** Objects of one resource that are waited for together with those of others. */
export interface WaitGroup<T extends KubernetesObject> {
  readonly client: ResourceClient<T>;
  readonly selection: WaitSelection;
  /** Instead of the client's. */
  readonly namespace?: string | undefined;
}

/** A group whose resource is known, checked before the first request for its objects. */
export interface Part<T extends KubernetesObject> extends WaitGroup<T> {
  readonly resource: ApiResource;
  /** Where one object's label has its namespace too. */
  readonly everywhere: boolean;
}

/** Finds a group's resource. Throws UsageError for names that are none, or that need one namespace. */
export async function partOf<T extends KubernetesObject>(group: WaitGroup<T>): Promise<Part<T>> {
  const { client, selection } = group;
  const resource = await client.resource();
  const scope = scopeOf(client.scope, group.namespace);
  if ("names" in selection) {
    if (selection.names.length === 0) {
      throw new UsageError("INVALID_INPUT", `Cannot wait for ${groupResource(resource)}: no object is named`);
    }
    for (const name of selection.names) {
      requireName(resource, "wait for", name);
      objectNamespace(resource, scope, "wait for", name);
    }
  } else refuseMisspelledSelectors(resource, selection);
  const everywhere = resource.namespaced && collectionNamespace(resource, scope) === undefined;
  return { ...group, resource, everywhere };
}

/** `pods "web"`, `3 pods`, `5 objects`. */
export function countedOf<T extends KubernetesObject>(parts: readonly Part<T>[]): (count: number) => string {
  const named = parts.flatMap(({ selection, resource }) =>
    "names" in selection ? selection.names.map((name) => `${resource.name} "${name}"`) : [],
  );
  const [part] = parts;
  const everyIsNamed = parts.every(({ selection }) => "names" in selection);
  if (everyIsNamed && named.length === 1) return () => named[0] ?? "";
  const noun = parts.length === 1 ? (part?.resource.name ?? "") : "objects";
  if (everyIsNamed) return () => `${named.length} ${noun}`;
  return (count) => (count <= 1 ? noun : `${count} ${noun}`);
}
