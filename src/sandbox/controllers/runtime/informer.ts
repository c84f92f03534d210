import type { ApiObject } from "../../model/object.ts";
import type { Registry } from "../../storage/registry.ts";
import type { StoreEvent } from "../../storage/store.ts";

/** One change as controllers see it. */
export interface Change<T extends ApiObject> {
  readonly type: StoreEvent["type"];
  readonly object: T;
  readonly previous: T | undefined;
}

/** The objects of one resource, always as the registry holds them, found by owner or by any index in constant time. */
export interface Informer<T extends ApiObject> {
  get(namespace: string, name: string): T | undefined;
  list(namespace?: string): T[];
  /** Those whose controller (the owner reference with `controller: true`) has this uid. */
  controlledBy(uid: string): T[];
  /** Those without a controller, in one namespace: what a controller may adopt. */
  orphans(namespace: string): T[];
  /** Those for which the index function gave `value`. */
  by(index: string, value: string): T[];
  addIndex(index: string, valueIn: (object: T) => string | undefined): void;
  /** Tells the present objects as ADDED, then every change, synchronously. */
  watch(listener: (change: Change<T>) => void): void;
  close(): void;
}

/** `namespace/name`, or the bare name of a cluster-scoped object. */
export function keyOf(object: ApiObject): string {
  const { namespace, name = "" } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** Takes a key apart again. */
export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

class Index<T extends ApiObject> {
  readonly valueIn: (object: T) => string | undefined;
  readonly #buckets = new Map<string, Map<string, T>>();

  constructor(valueIn: (object: T) => string | undefined) {
    this.valueIn = valueIn;
  }

  get(value: string): T[] {
    return [...(this.#buckets.get(value)?.values() ?? [])];
  }

  put(key: string, object: T, previous: T | undefined): void {
    const value = this.valueIn(object);
    if (previous !== undefined && this.valueIn(previous) !== value) this.remove(key, previous);
    if (value === undefined) return;
    const bucket = this.#buckets.get(value);
    if (bucket === undefined) this.#buckets.set(value, new Map([[key, object]]));
    else bucket.set(key, object);
  }

  remove(key: string, object: T): void {
    const value = this.valueIn(object);
    if (value === undefined) return;
    const bucket = this.#buckets.get(value);
    bucket?.delete(key);
    if (bucket?.size === 0) this.#buckets.delete(value);
  }
}

export function createInformer<T extends ApiObject>(registry: Registry, resource: string): Informer<T> {
  const objects = new Map<string, T>();
  const controllerOf = (object: T) => object.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
  const namespaces = new Index<T>((object) => object.metadata.namespace ?? "");
  const controllers = new Index<T>(controllerOf);
  const orphans = new Index<T>((object) =>
    controllerOf(object) === undefined ? (object.metadata.namespace ?? "") : undefined,
  );
  const indexes = new Map<string, Index<T>>();
  const listeners: ((change: Change<T>) => void)[] = [];
  const all = (): Index<T>[] => [namespaces, controllers, orphans, ...indexes.values()];

  const put = (object: T): void => {
    const key = keyOf(object);
    const previous = objects.get(key);
    objects.set(key, object);
    for (const index of all()) index.put(key, object, previous);
  };
  const remove = (object: T): void => {
    const key = keyOf(object);
    const previous = objects.get(key);
    if (previous === undefined) return;
    objects.delete(key);
    for (const index of all()) index.remove(key, previous);
  };

  const unsubscribe = registry.subscribe(resource, (event) => {
    const object = event.object as T;
    if (event.type === "DELETED") remove(object);
    else put(object);
    const change = { type: event.type, object, previous: event.previous as T | undefined };
    for (const listener of listeners) listener(change);
  });
  for (const object of registry.list(resource)) put(object as T);

  return {
    get: (namespace, name) => objects.get(namespace === "" ? name : `${namespace}/${name}`),
    list: (namespace) => (namespace === undefined ? [...objects.values()] : namespaces.get(namespace)),
    controlledBy: (uid) => controllers.get(uid),
    orphans: (namespace) => orphans.get(namespace),
    by: (index, value) => indexes.get(index)?.get(value) ?? [],
    addIndex(name, valueIn) {
      if (indexes.has(name)) return;
      const index = new Index<T>(valueIn);
      for (const [key, object] of objects) index.put(key, object, undefined);
      indexes.set(name, index);
    },
    watch(listener) {
      listeners.push(listener);
      for (const object of [...objects.values()]) listener({ type: "ADDED", object, previous: undefined });
    },
    close: unsubscribe,
  };
}
