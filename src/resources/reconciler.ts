import type { KubernetesObject, ObjectMeta } from "../core/object.ts";
import { objectKey } from "./list.ts";

/** One change of one object. */
export interface ObjectEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
}

/** Where events go: an array of them, or of something wider. */
export interface EventSink<T> {
  push(...events: ObjectEvent<T>[]): unknown;
}

/**
 * Turns snapshots and watch events into what exactly happened to each object since the consumer last heard of it:
 * after a relist only the differences, with the deletions that were missed. The events go to a sink, which
 * spares a list for each object.
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
  endSnapshot(events: EventSink<T>): void {
    for (const key of this.#missing ?? []) {
      const object = this.#known.get(key);
      this.#known.delete(key);
      if (object !== undefined) events.push({ type: "DELETED", object });
    }
    this.#missing = undefined;
  }

  /** An object is there, from a list or from an ADDED or MODIFIED event. */
  present(object: T, events: EventSink<T>): void {
    const key = objectKey(object.metadata);
    this.#missing?.delete(key);
    const before = this.#known.get(key);
    this.#known.set(key, this.#remember(object));
    if (before === undefined) {
      events.push({ type: "ADDED", object });
    } else if (before.metadata?.uid !== object.metadata?.uid) {
      events.push({ type: "DELETED", object: before }, { type: "ADDED", object });
    } else if (before.metadata?.resourceVersion !== object.metadata?.resourceVersion) {
      events.push({ type: "MODIFIED", object });
    }
  }

  /** A DELETED event; the object is its last state. */
  gone(object: T, events: EventSink<T>): void {
    const key = objectKey(object.metadata);
    this.#missing?.delete(key);
    if (this.#known.delete(key)) events.push({ type: "DELETED", object });
  }
}

/** Of an object, what names it: enough to say which one was deleted without holding every object twice. */
export function identityOf<T extends KubernetesObject>(object: T): T {
  const { apiVersion = "", kind = "", metadata = {} } = object;
  const kept: ObjectMeta = {};
  if (metadata.name !== undefined) kept.name = metadata.name;
  if (metadata.namespace !== undefined) kept.namespace = metadata.namespace;
  if (metadata.uid !== undefined) kept.uid = metadata.uid;
  if (metadata.resourceVersion !== undefined) kept.resourceVersion = metadata.resourceVersion;
  if (metadata.labels !== undefined) kept.labels = metadata.labels;
  if (metadata.ownerReferences !== undefined) kept.ownerReferences = metadata.ownerReferences;
  const identity: KubernetesObject = { apiVersion, kind, metadata: kept };
  return identity as T;
}
