import type { KubernetesObject } from "../core/object.ts";
import { type LabelSelector, labelRequirements, matchesLabels } from "../core/selector.ts";
import { AbortError } from "../errors.ts";
import { objectKey } from "./list.ts";
import type { WatchOptions } from "./options.ts";
import { PendingChanges } from "./pending-changes.ts";
import type { ObjectEvent } from "./reconciler.ts";
import { type WatchSource, watchBatches } from "./watch.ts";
import type { WatchEvent } from "./watch-event.ts";

/** Which objects of a cache. */
export interface CacheQuery {
  readonly labels?: LabelSelector | undefined;
  /** Default: every namespace that the cache holds. */
  readonly namespace?: string | undefined;
}

/**
 * A local store kept current by a watch. Reads never wait and never ask the server; `synced` says whether they
 * amount to the server's state. The objects are shared: treat them as read-only.
 */
export class ResourceCache<T extends KubernetesObject> implements AsyncIterable<ObjectEvent<T>>, AsyncDisposable {
  readonly #objects = new Map<string, T>();
  readonly #namespace: string | undefined;
  readonly #ended = new AbortController();
  readonly #consumers = new Set<PendingChanges<T>>();
  #running: Promise<void> = Promise.resolve();
  #synced = false;
  #error: unknown;
  #byLabel = new Map<string, Map<string, Map<string, T>>>();

  /** Starts the watch and resolves at its first SYNCED; rejects with what prevented it. */
  static async start<T extends KubernetesObject>(
    source: WatchSource,
    options: WatchOptions = {},
  ): Promise<ResourceCache<T>> {
    const cache = new ResourceCache<T>(source.target.namespace);
    await new Promise<void>((resolve, reject) => {
      cache.#running = cache.#follow(source, options, resolve).catch((error: unknown) => {
        cache.#stop(error);
        reject(error);
      });
    });
    return cache;
  }

  private constructor(namespace: string | undefined) {
    this.#namespace = namespace;
  }

  /** Whether the cache amounts to the server's state; false while a lost watch is being mended, and once it ended. */
  get synced(): boolean {
    return this.#synced;
  }

  /** What ended the watch for good; undefined while it runs and after {@link close}. */
  get error(): unknown {
    return this.#error;
  }

  get size(): number {
    return this.#objects.size;
  }

  /** @param namespace needed only where the cache holds several */
  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(objectKey({ name, namespace: namespace ?? this.#namespace ?? "" }));
  }

  has(name: string, namespace?: string): boolean {
    return this.get(name, namespace) !== undefined;
  }

  /** The objects that match, in no order. With an equality on an indexed label only those are looked at. */
  list(query: CacheQuery = {}): T[] {
    const { labels, namespace } = query;
    const requirements = labels === undefined ? [] : labelRequirements(labels);
    const candidates = this.#candidates(requirements);
    const matching: T[] = [];
    for (const object of candidates) {
      if (namespace !== undefined && object.metadata?.namespace !== namespace) continue;
      if (matchesLabels(requirements, object.metadata?.labels)) matching.push(object);
    }
    return matching;
  }

  /** Keeps an index by a label's value, which {@link list} then uses. */
  indexByLabel(label: string): void {
    if (this.#byLabel.has(label)) return;
    this.#byLabel.set(label, new Map());
    for (const [key, object] of this.#objects) this.#index(label, key, object, true);
  }

  /**
   * Changes from now on. The cache does not wait for the loop: a loop that falls behind gets, for each object, the
   * changes it missed as one. Ends with {@link close}; throws what ended the watch.
   */
  changes(): AsyncIterableIterator<ObjectEvent<T>> {
    const pending = new PendingChanges<T>(() => this.#consumers.delete(pending));
    if (this.#ended.signal.aborted) pending.end(this.#error);
    else this.#consumers.add(pending);
    return pending;
  }

  [Symbol.asyncIterator](): AsyncIterator<ObjectEvent<T>> {
    return this.changes();
  }

  /** Ends the watch and every loop over changes. The objects can still be read. */
  async close(): Promise<void> {
    this.#stop(undefined);
    await this.#running;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #follow(source: WatchSource, options: WatchOptions, ready: () => void): Promise<void> {
    const signal =
      options.signal === undefined ? this.#ended.signal : AbortSignal.any([options.signal, this.#ended.signal]);
    for await (const batch of watchBatches<T>(source, { ...options, signal }, (object) => object)) {
      for (const event of batch) this.#take(event, ready);
    }
  }

  #take(event: WatchEvent<T>, ready: () => void): void {
    if (event.type === "SYNCED") {
      this.#synced = true;
      ready();
    } else if (event.type === "DESYNCED") {
      this.#synced = false;
    } else {
      this.#change(event);
      for (const consumer of this.#consumers) consumer.push(event);
    }
  }

  #change({ type, object }: ObjectEvent<T>): void {
    const key = objectKey(object.metadata);
    const before = this.#objects.get(key);
    if (before !== undefined) for (const label of this.#byLabel.keys()) this.#index(label, key, before, false);
    if (type === "DELETED") {
      this.#objects.delete(key);
      return;
    }
    this.#objects.set(key, object);
    for (const label of this.#byLabel.keys()) this.#index(label, key, object, true);
  }

  #index(label: string, key: string, object: T, present: boolean): void {
    const value = object.metadata?.labels?.[label];
    const values = this.#byLabel.get(label);
    if (value === undefined || values === undefined) return;
    const keys = values.get(value) ?? new Map<string, T>();
    if (present) keys.set(key, object);
    else keys.delete(key);
    if (keys.size > 0) values.set(value, keys);
    else values.delete(value);
  }

  #candidates(requirements: ReturnType<typeof labelRequirements>): Iterable<T> {
    for (const { key, operator, values } of requirements) {
      const index = operator === "=" ? this.#byLabel.get(key) : undefined;
      if (index !== undefined) return index.get(values[0] ?? "")?.values() ?? [];
    }
    return this.#objects.values();
  }

  #stop(error: unknown): void {
    if (this.#ended.signal.aborted) return;
    this.#synced = false;
    this.#error = error;
    this.#ended.abort(new AbortError("The cache was closed"));
    for (const consumer of this.#consumers) consumer.end(error);
    this.#consumers.clear();
  }
}
