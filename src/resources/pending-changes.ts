import type { KubernetesObject } from "../core/object.ts";
import { objectKey } from "./list.ts";
import type { ObjectEvent } from "./reconciler.ts";

/**
 * Changes that a consumer has not read yet, at most one for each object (two where one was replaced by another of its
 * name), so that a slow consumer costs no more memory than there are objects.
 */
export class PendingChanges<T extends KubernetesObject> implements AsyncIterableIterator<ObjectEvent<T>> {
  readonly #pending = new Map<string, ObjectEvent<T>>();
  readonly #onReturn: () => void;
  #wake: (() => void) | undefined;
  #ended: { readonly error: unknown } | undefined;

  constructor(onReturn: () => void) {
    this.#onReturn = onReturn;
  }

  /** Changes that wait to be read. */
  get size(): number {
    return this.#pending.size;
  }

  push(event: ObjectEvent<T>): void {
    const key = `${objectKey(event.object.metadata)}/${event.object.metadata?.uid ?? ""}`;
    const before = this.#pending.get(key);
    // Taken out and put back, so that changes keep the order in which they last happened.
    this.#pending.delete(key);
    const merged = before === undefined ? event : merge(before, event);
    if (merged !== undefined) this.#pending.set(key, merged);
    this.#wake?.();
  }

  /** What is pending is still read; then the loop ends, with the error if there is one. */
  end(error: unknown): void {
    this.#ended ??= { error };
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<ObjectEvent<T>, undefined>> {
    for (;;) {
      const [first] = this.#pending;
      if (first !== undefined) {
        this.#pending.delete(first[0]);
        return { done: false, value: first[1] };
      }
      if (this.#ended !== undefined) {
        if (this.#ended.error !== undefined) throw this.#ended.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  async return(): Promise<IteratorResult<ObjectEvent<T>, undefined>> {
    this.#onReturn();
    this.#pending.clear();
    this.end(undefined);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** Two changes of one object as one; undefined when they cancel out. */
function merge<T>(before: ObjectEvent<T>, after: ObjectEvent<T>): ObjectEvent<T> | undefined {
  if (before.type !== "ADDED") return after;
  return after.type === "DELETED" ? undefined : { type: "ADDED", object: after.object };
}
