import type { ApiObject } from "../model/object.ts";
import { inOrder } from "./metadata.ts";
import type { Store, StoreEvent } from "./store.ts";

export interface MemoryStoreOptions {
  /** How many changes of each resource are remembered for watches and pages. Default 10,000. */
  readonly historyLimit?: number;
}

/** A {@link Store} in memory, with what only a fault or a test asks of it. */
export interface MemoryStore extends Store {
  /**
   * Forgets the history, as etcd's compaction once something else was written: the revision moves on by one, and
   * every watch and page that goes back to before it gets 410.
   */
  compact(): void;
}

/** Objects of one storage key, and what happened to them lately. */
interface Shelf {
  readonly objects: Map<string, ApiObject>;
  /** The keys of `objects` in order. */
  readonly keys: string[];
  /** Oldest first; trimmed from the front, in batches. */
  history: StoreEvent[];
  /** Revision of the last change that the history no longer holds. */
  compacted: number;
  readonly listeners: Set<(event: StoreEvent) => void>;
}

/** Where an object stands among those of its resource: etcd's key without its prefix, so the order is etcd's. */
export function objectKey(namespace: string, name: string): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** A store without any object; the first write is revision 2 (1 is the empty store's). */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const historyLimit = options.historyLimit ?? 10_000;
  const shelves = new Map<string, Shelf>();
  let revision = 1;

  function shelf(storageKey: string): Shelf {
    const known = shelves.get(storageKey);
    if (known !== undefined) return known;
    const created: Shelf = { objects: new Map(), keys: [], history: [], compacted: 0, listeners: new Set() };
    shelves.set(storageKey, created);
    return created;
  }

  function record(on: Shelf, event: StoreEvent): void {
    on.history.push(event);
    // trimming a tenth at a time keeps a write's cost constant on average
    if (on.history.length > historyLimit * 1.1) forget(on, on.history.length - historyLimit);
    for (const listener of [...on.listeners]) listener(event);
  }

  return {
    get revision() {
      return revision;
    },

    get: (storageKey, namespace, name) => shelves.get(storageKey)?.objects.get(objectKey(namespace, name)),

    list(storageKey, namespace) {
      const on = shelves.get(storageKey);
      return on === undefined ? [] : select(on.keys, on.objects, namespace);
    },

    put(storageKey, object) {
      const on = shelf(storageKey);
      const key = objectKey(object.metadata.namespace ?? "", object.metadata.name ?? "");
      const previous = on.objects.get(key);
      revision += 1;
      const stored = stamp(object, revision);
      on.objects.set(key, stored);
      if (previous === undefined) on.keys.splice(position(on.keys, key), 0, key);
      record(on, {
        type: previous === undefined ? "ADDED" : "MODIFIED",
        storageKey,
        object: stored,
        previous,
        revision,
      });
      return stored;
    },

    remove(storageKey, namespace, name) {
      const on = shelf(storageKey);
      const key = objectKey(namespace, name);
      const previous = on.objects.get(key);
      if (previous === undefined) return undefined;
      revision += 1;
      const last = stamp(previous, revision);
      on.objects.delete(key);
      on.keys.splice(position(on.keys, key), 1);
      record(on, { type: "DELETED", storageKey, object: last, previous, revision });
      return last;
    },

    subscribe(storageKey, listener) {
      const on = shelf(storageKey);
      on.listeners.add(listener);
      return () => on.listeners.delete(listener);
    },

    since(storageKey, from) {
      const on = shelves.get(storageKey);
      if (on === undefined) return [];
      if (from < on.compacted) return undefined;
      return on.history.slice(firstAfter(on.history, from));
    },

    listAt(storageKey, at, namespace) {
      const on = shelves.get(storageKey);
      if (on === undefined) return [];
      if (at < on.compacted) return undefined;
      const first = firstAfter(on.history, at);
      if (first === on.history.length) return select(on.keys, on.objects, namespace);
      const past = rewind(on, first);
      return select([...past.keys()].sort(), past, namespace);
    },

    compact() {
      revision += 1;
      for (const on of shelves.values()) {
        on.history = [];
        on.compacted = revision;
      }
    },
  };
}

function forget(on: Shelf, count: number): void {
  on.compacted = on.history[count - 1]?.revision ?? on.compacted;
  on.history = on.history.slice(count);
}

/** The objects as they were before the events from `first` on. */
function rewind(on: Shelf, first: number): Map<string, ApiObject> {
  const past = new Map(on.objects);
  for (const event of on.history.slice(first).reverse()) {
    const { namespace = "", name = "" } = event.object.metadata;
    if (event.previous === undefined) past.delete(objectKey(namespace, name));
    else past.set(objectKey(namespace, name), event.previous);
  }
  return past;
}

function stamp(object: ApiObject, revision: number): ApiObject {
  return inOrder({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
}

/** Those of `namespace` (undefined: all) in the order of `keys`, which are sorted. */
function select(
  keys: readonly string[],
  objects: ReadonlyMap<string, ApiObject>,
  namespace: string | undefined,
): ApiObject[] {
  // "0" is the character after "/": the range holds exactly the keys below the namespace
  const start = namespace === undefined ? 0 : position(keys, `${namespace}/`);
  const end = namespace === undefined ? keys.length : position(keys, `${namespace}0`);
  const selected: ApiObject[] = [];
  for (let index = start; index < end; index += 1) {
    const object = objects.get(keys[index] ?? "");
    if (object !== undefined) selected.push(object);
  }
  return selected;
}

/** Index of the first key that is not before `key`. */
function position(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first event after `revision`. */
function firstAfter(history: readonly StoreEvent[], revision: number): number {
  let low = 0;
  let high = history.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((history[middle]?.revision ?? 0) <= revision) low = middle + 1;
    else high = middle;
  }
  return low;
}
