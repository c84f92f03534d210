import type { KubernetesObject, ListMeta, ObjectMeta } from "../core/object.ts";
import { groupVersion } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";

/** A list as the API's own object. */
export interface ListObject<T> {
  apiVersion: string;
  /** `PodList`, `DeploymentList` … */
  kind: string;
  metadata: ListMeta;
  items: T[];
}

/** One page, or a whole list, as it comes from the server; an empty list's items may be null. */
export interface ListAnswer<T> {
  apiVersion?: string;
  kind?: string;
  metadata?: ListMeta;
  items?: T[] | null;
}

/**
 * The items as an array that also carries the list's own fields. What is derived from it (`filter`, `map`, `slice`)
 * is a plain array.
 */
export class ResourceList<T> extends Array<T> {
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  readonly apiVersion: string;
  readonly kind: string;
  /** `resourceVersion` of the snapshot; `continue` only when a `limit` cut the list. */
  readonly metadata: ListMeta;
  /** The namespace that was listed; undefined for all of them and where there are none. */
  readonly namespace: string | undefined;

  constructor(list: ListObject<T>, namespace?: string) {
    super();
    // Not enumerable, so that the list is shown and compared as the array it is.
    this.apiVersion = list.apiVersion;
    this.kind = list.kind;
    this.metadata = list.metadata;
    this.namespace = namespace;
    for (const field of ["apiVersion", "kind", "metadata", "namespace"]) {
      Object.defineProperty(this, field, { enumerable: false });
    }
    for (const item of list.items) this.push(item);
  }

  /** The API's list object, with `items`: what `-o json` prints. */
  toListObject(): ListObject<T> {
    return { apiVersion: this.apiVersion, kind: this.kind, metadata: this.metadata, items: [...this] };
  }
}

/** The apiVersion and kind that objects of a resource carry. */
export function typeMeta(resource: Pick<ApiResource, "group" | "version" | "kind">): {
  apiVersion: string;
  kind: string;
} {
  return { apiVersion: groupVersion(resource), kind: resource.kind };
}

/** The server leaves apiVersion and kind out of the items of a list; an item must be good for a later write. */
export function withTypeMeta<T extends KubernetesObject>(item: T, type: { apiVersion: string; kind: string }): T {
  return item.kind !== undefined && item.apiVersion !== undefined ? item : { ...type, ...item };
}

/** `namespace/name`, the key of an object within its resource. */
export function objectKey(metadata: Pick<ObjectMeta, "namespace" | "name"> | undefined): string {
  return `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
}
