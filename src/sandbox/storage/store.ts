import type { ApiObject } from "../model/object.ts";

/** One change of one object, in the order of revisions. */
export interface StoreEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly storageKey: string;
  /** The object after the change; of a deletion, the last state with the deletion's resourceVersion. */
  readonly object: ApiObject;
  /** The state before, for watches whose selector the object entered or left; undefined for ADDED. */
  readonly previous: ApiObject | undefined;
  readonly revision: number;
}

/**
 * The versioned store: one global revision, as etcd's. Writes are synchronous, so what a request reads and then
 * writes cannot be interleaved with another request.
 */
export interface Store {
  /** The last revision given out. */
  readonly revision: number;
  get(storageKey: string, namespace: string, name: string): ApiObject | undefined;
  /** In key order (namespace, then name); every namespace when `namespace` is undefined. */
  list(storageKey: string, namespace?: string): ApiObject[];
  /** Stamps the next revision into `metadata.resourceVersion` of a copy, keeps it, tells the watchers, returns it. */
  put(storageKey: string, object: ApiObject): ApiObject;
  /** Removes the object; returns its last state stamped with the deletion's revision. */
  remove(storageKey: string, namespace: string, name: string): ApiObject | undefined;
  /** Calls `listener` synchronously after every change of `storageKey`; the function returned ends it. */
  subscribe(storageKey: string, listener: (event: StoreEvent) => void): () => void;
  /** Events after `revision`, oldest first; undefined when the history no longer reaches back so far (410). */
  since(storageKey: string, revision: number): readonly StoreEvent[] | undefined;
  /** The objects as they were at `revision` (pages of one list are one snapshot); undefined when compacted. */
  listAt(storageKey: string, revision: number, namespace?: string): ApiObject[] | undefined;
}
