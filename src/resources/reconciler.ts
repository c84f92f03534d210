import type { KubernetesObject } from "../core/object.ts";
import { objectKey } from "./list.ts";

/** One change of one object. */
export interface ObjectEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
}

/**
 * Turns snapshots and watch events into what exactly happened to each object since the consumer last heard of it:
 * after a relist only the differences, with the deletions that were missed.
 */
export class Reconciler<T extends KubernetesObject> {
  readonly #known = new Map<string, T>();
  #missing: Set<string> | undefined;
  readonly #remember: (object: T) => T;

  /** @param remember what to keep of an object for the DELETED event of a deletion that only a relist shows */
  constructor(remember: (object: T) => T) {
    this.#remember = remember;
  }

  /** A snapshot begins; one begun before is forgotten. */
  beginSnapshot(): void {
    this.#missing = new Set(this.#known.keys());
  }

  /** The snapshot was complete: what it did not name is deleted. */
  endSnapshot(): ObjectEvent<T>[] {
    const gone = [...(this.#missing ?? [])].flatMap((key) => {
      const object = this.#known.get(key);
      this.#known.delete(key);
      return object === undefined ? [] : [{ type: "DELETED" as const, object }];
    });
    this.#missing = undefined;
    return gone;
  }

  /** An object is there, from a list or from an ADDED or MODIFIED event. */
  present(object: T): ObjectEvent<T>[] {
    const key = objectKey(object.metadata);
    this.#missing?.delete(key);
    const before = this.#known.get(key);
    this.#known.set(key, this.#remember(object));
    if (before === undefined) return [{ type: "ADDED", object }];
    if (before.metadata?.uid !== object.metadata?.uid) {
      return [
        { type: "DELETED", object: before },
        { type: "ADDED", object },
      ];
    }
    const same = before.metadata?.resourceVersion === object.metadata?.resourceVersion;
    return same && object.metadata?.resourceVersion !== undefined ? [] : [{ type: "MODIFIED", object }];
  }

  /** A DELETED event; the object is its last state. */
  gone(object: T): ObjectEvent<T>[] {
    const key = objectKey(object.metadata);
    this.#missing?.delete(key);
    return this.#known.delete(key) ? [{ type: "DELETED", object }] : [];
  }
}

/** Of an object, what names it: enough to say which one was deleted without holding every object twice. */
export function identityOf<T extends KubernetesObject>(object: T): T {
  const { apiVersion, kind, metadata = {} } = object;
  const { name, namespace, uid, resourceVersion, labels, ownerReferences } = metadata;
  const kept = { name, namespace, uid, resourceVersion, labels, ownerReferences };
  const identity: KubernetesObject = {
    apiVersion: apiVersion ?? "",
    kind: kind ?? "",
    metadata: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
  };
  return identity as T;
}
