/** Look-ups of what belongs to an object. One that is refused is said in its place and fails nothing. */
import type { KubernetesObject } from "../../core/object.ts";
import { type ApiError, isApiError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { ListOptions } from "../../resources/options.ts";
import { sibling } from "../shared/siblings.ts";
import { withoutNulls } from "../shared/without-nulls.ts";

/** Objects that were found, or why they could not be read. */
export type Related<T> = { readonly items: readonly T[] } | { readonly unread: string };

/** What `of` makes of the objects; else why there are none, for the place where they would stand. */
export function itemsOr<T, R>(related: Related<T>, of: (items: readonly T[]) => R): R | string {
  return "items" in related ? of(related.items) : related.unread;
}

/** Reads what is near an object, over its client. */
export class Surroundings {
  readonly #client: ResourceClient<KubernetesObject>;
  readonly #signal: AbortSignal | undefined;

  constructor(client: ResourceClient<KubernetesObject>, signal: AbortSignal | undefined) {
    this.#client = client;
    this.#signal = signal;
  }

  /** Milliseconds since the epoch. */
  get now(): number {
    return this.#client.timing.now();
  }

  /** The objects of a built-in resource (`replicasets.apps`); without a namespace those of all. */
  async list<T extends KubernetesObject>(
    resource: string,
    namespace: string | undefined,
    selection: Pick<ListOptions, "labels" | "fields"> = {},
  ): Promise<Related<T>> {
    const client = sibling<T>(this.#client, resource, namespace ?? "*");
    return this.#read(resource, namespace, async () => [
      ...(await client.list({ ...selection, signal: this.#signal })),
    ]);
  }

  /** One object of a built-in resource. */
  async get<T extends KubernetesObject>(
    resource: string,
    namespace: string | undefined,
    name: string,
  ): Promise<Related<T>> {
    const client = sibling<T>(this.#client, resource, namespace ?? "*");
    return this.#read(resource, namespace, async () => [await client.get(name, { signal: this.#signal })]);
  }

  async #read<T>(resource: string, namespace: string | undefined, read: () => Promise<T[]>): Promise<Related<T>> {
    try {
      return { items: withoutNulls(await read()) };
    } catch (error) {
      if (!isApiError(error)) throw error;
      return { unread: whyUnread(error, resource, namespace) };
    }
  }
}

function whyUnread(error: ApiError, resource: string, namespace: string | undefined): string {
  const place = namespace === undefined ? "in all namespaces" : `in namespace "${namespace}"`;
  if (error.httpStatus === 403) return `<unknown: not allowed to read ${resource} ${place}>`;
  return `<error: ${error.status.message ?? error.message}>`;
}
