/**
 * What kubectl calls describing: an object for people, with what belongs to it and its events.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/describe/describe.go
 */
import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { isApiError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import { collectionNamespace, scopeOf } from "../../resources/scope.ts";
import type { Event } from "../../types/core-v1.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import { objectFor } from "../shared/object-for.ts";
import { describerOf } from "./describers.ts";
import { eventsOf, eventTable, isAbout } from "./events.ts";
import type { Layout } from "./layout.ts";
import { type Related, Surroundings } from "./related.ts";
import { renderLayout } from "./render-layout.ts";

export interface DescribeOptions extends CallScope, SelectorOptions {
  /** Whether the events stand at the end. Default: where one object is described. */
  readonly showEvents?: boolean | undefined;
}

/** Objects whose surroundings are read at once. */
const AT_ONCE = 8;

type Client = ResourceClient<KubernetesObject>;

/**
 * Describes one object by its name, several by theirs, or those of the scope that the options choose: a text of lines, the
 * last one ended too.
 */
export async function describe(
  client: Client,
  names: string | readonly string[] | undefined,
  options: DescribeOptions = {},
): Promise<string> {
  const resource = await client.resource();
  refuseNamesAndSelectors(resource, names, options);
  const run = new Description(client, resource, options);
  const text = typeof names === "string" ? run.one(names) : names === undefined ? run.chosen() : run.several(names);
  return `${await text}\n`;
}

function refuseNamesAndSelectors(
  resource: ApiResource,
  names: string | readonly string[] | undefined,
  { labels, fields }: DescribeOptions,
): void {
  if (names === undefined || (labels === undefined && fields === undefined)) return;
  throw new UsageError("USAGE", `Cannot describe ${groupResource(resource)} "${names}" by a selector too`, {
    hint: "Give either names or labels and fields.",
  });
}

class Description {
  readonly #client: Client;
  readonly #resource: ApiResource;
  readonly #options: DescribeOptions;
  readonly #near: Surroundings;

  constructor(client: Client, resource: ApiResource, options: DescribeOptions) {
    this.#client = client;
    this.#resource = resource;
    this.#options = options;
    this.#near = new Surroundings(client, options.signal);
  }

  /** The object of this name; where there is none, those whose names begin so. */
  async one(name: string): Promise<string> {
    const { showEvents = true } = this.#options;
    // The events can be asked for without the object, which spares a round trip.
    const events = showEvents ? this.#events(name) : undefined;
    events?.catch(() => {});
    try {
      return await this.#text(await objectFor(this.#client, "describe", name, this.#scope), events);
    } catch (error) {
      if (!isApiError(error) || error.httpStatus !== 404 || name === "") throw error;
      const similar = await this.#beginning(name);
      if (similar.length === 0) throw error;
      return this.#texts(similar);
    }
  }

  /** The objects whose names begin so; none where they may not be listed. */
  async #beginning(name: string): Promise<KubernetesObject[]> {
    try {
      const list = await this.#client.list(this.#scope);
      return list.filter(({ metadata }) => metadata?.name?.startsWith(name));
    } catch (error) {
      if (isApiError(error)) return [];
      throw error;
    }
  }

  async several(names: readonly string[]): Promise<string> {
    return this.#texts(await this.#each(names, (name) => this.#client.get(name, this.#scope)));
  }

  async chosen(): Promise<string> {
    const { showEvents: _, ...selection } = this.#options;
    const list = await this.#client.list(selection);
    if (list.length > 0) return this.#texts([...list]);
    return list.namespace === undefined ? "No resources found" : `No resources found in ${list.namespace} namespace.`;
  }

  async #texts(objects: readonly KubernetesObject[]): Promise<string> {
    const { showEvents = objects.length === 1 } = this.#options;
    const [only] = objects;
    const events = showEvents ? this.#events(objects.length === 1 ? only?.metadata?.name : undefined) : undefined;
    events?.catch(() => {});
    const texts = await this.#each(objects, (object) => this.#text(object, events));
    return texts.join("\n\n\n");
  }

  async #text(object: KubernetesObject, events: Promise<Related<Event>> | undefined): Promise<string> {
    const body = describerOf(this.#resource)(object, this.#near);
    const layouts: Layout[] = await Promise.all([body, events?.then((found) => this.#eventTable(object, found))]);
    return renderLayout(layouts);
  }

  #eventTable(object: KubernetesObject, found: Related<Event>): Layout {
    const own = "items" in found ? { items: found.items.filter(isAbout(object)) } : found;
    return eventTable(own, this.#near.now);
  }

  async #events(name: string | undefined): Promise<Related<Event>> {
    const namespace = collectionNamespace(this.#resource, scopeOf(this.#client.scope, this.#options.namespace));
    return eventsOf(this.#near, this.#resource, namespace, name);
  }

  /** The results in the order of the items. */
  async #each<I, R>(items: readonly I[], call: (item: I) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    const work = async (item: I, index: number): Promise<void> => {
      results[index] = await call(item);
    };
    await eachAtOnce(items, AT_ONCE, work, this.#options.signal);
    return results;
  }

  get #scope(): CallScope {
    const { namespace, signal } = this.#options;
    return { namespace, signal };
  }
}
