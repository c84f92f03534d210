import { unlessAborted } from "../core/abort.ts";
import { requireResource, resolveName } from "../core/names.ts";
import { groupVersionPath, parseGroupVersion } from "../core/path.ts";
import type { ApiResource } from "../core/resource.ts";
import { UsageError } from "../errors.ts";
import { callJson } from "../transport/call-json.ts";
import type { CallOptions, Transport } from "../transport/transport.ts";
import { type GroupDiscoveryList, readAggregated } from "./aggregated.ts";
import { kindHint } from "./kind-hint.ts";
import { type CoreVersions, type GroupList, type ResourceListAnswer, readGroups, walkGroups } from "./legacy.ts";
import type { DiscoverySnapshot } from "./snapshot.ts";

const AGGREGATED =
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList," +
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

/** Which resources to list. */
export interface ResourceFilter extends CallOptions {
  /** `apps`; the empty string is the core group. Default: all. */
  readonly group?: string | undefined;
  readonly namespaced?: boolean | undefined;
  /** Those that take all of these verbs. */
  readonly verbs?: readonly string[] | undefined;
  /** `all`, `api-extensions` … */
  readonly category?: string | undefined;
  /** Only each group's preferred version. Default true, as `kubectl api-resources`. */
  readonly preferred?: boolean | undefined;
}

/**
 * What one server offers, fetched on first use and kept. One instance belongs to one cluster; calls made at once
 * share one fetch. A name that is not found makes it look once more, so that a CRD made meanwhile is found.
 */
export class Discovery {
  readonly #transport: Transport;
  #snapshot: Promise<DiscoverySnapshot> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Everything known, from the cache. Rejects when the server names no group at all, or cannot be reached. */
  async snapshot(options: CallOptions = {}): Promise<DiscoverySnapshot> {
    this.#snapshot ??= this.#fetch();
    const fetching = this.#snapshot;
    // A failed look is not kept.
    fetching.catch(() => {
      if (this.#snapshot === fetching) this.#snapshot = undefined;
    });
    return unlessAborted(fetching, options.signal);
  }

  /** Forgets what is known; the next call asks the server again. */
  invalidate(): void {
    this.#snapshot = undefined;
  }

  /** The resources served, in the server's order. */
  async resources(filter: ResourceFilter = {}): Promise<ApiResource[]> {
    const { resources } = await this.snapshot(filter);
    const { group, namespaced, verbs = [], category, preferred = true } = filter;
    return resources.filter(
      (one) =>
        (group === undefined || one.group === group) &&
        (namespaced === undefined || one.namespaced === namespaced) &&
        (category === undefined || one.categories.includes(category)) &&
        (!preferred || one.preferred || !resources.some((other) => isPreferredForm(other, one))) &&
        verbs.every((verb) => one.verbs.includes(verb)),
    );
  }

  /** `["apps/v1", …, "v1"]`, sorted, as `kubectl api-versions`. */
  async versions(options: CallOptions = {}): Promise<string[]> {
    const { groups } = await this.snapshot(options);
    return groups.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion)).sort();
  }

  /** The resource of any name that kubectl takes. Throws UNKNOWN_RESOURCE or AMBIGUOUS_RESOURCE. */
  async resolve(name: string, options: CallOptions = {}): Promise<ApiResource> {
    const snapshot = await this.#withRefresh(
      ({ resources }) => resolveName(name, resources).type !== "unknown",
      options,
    );
    try {
      return requireResource(name, snapshot.resources);
    } catch (error) {
      throw withFailures(error, snapshot);
    }
  }

  /** The resource whose objects carry this apiVersion and kind, for manifests. Throws UNKNOWN_RESOURCE. */
  async resolveKind(apiVersion: string, kind: string, options: CallOptions = {}): Promise<ApiResource> {
    const { group, version } = parseGroupVersion(apiVersion);
    const find = ({ resources }: DiscoverySnapshot): ApiResource | undefined =>
      resources.find((one) => one.group === group && one.version === version && one.kind === kind);
    const snapshot = await this.#withRefresh((one) => find(one) !== undefined, options);
    const resource = find(snapshot);
    if (resource !== undefined) return resource;
    const error = new UsageError(
      "UNKNOWN_RESOURCE",
      `Cannot find the resource of kind "${kind}" in "${apiVersion}": the server does not serve it`,
      { hint: kindHint(snapshot.resources, group, kind) },
    );
    throw withFailures(error, snapshot);
  }

  async #withRefresh(
    found: (snapshot: DiscoverySnapshot) => boolean,
    options: CallOptions,
  ): Promise<DiscoverySnapshot> {
    const fresh = this.#snapshot === undefined;
    const snapshot = await this.snapshot(options);
    if (fresh || found(snapshot)) return snapshot;
    this.invalidate();
    return this.snapshot(options);
  }

  async #fetch(): Promise<DiscoverySnapshot> {
    const [core, groups] = await Promise.all([
      this.#get<CoreVersions | GroupDiscoveryList>("/api", AGGREGATED),
      this.#get<GroupList | GroupDiscoveryList>("/apis", AGGREGATED),
    ]);
    if (isAggregated(core) && isAggregated(groups)) {
      return merge(readAggregated(core), readAggregated(groups));
    }
    // One of the two may come from a server, or a proxy before it, that knows only the plain form.
    const plainCore = isAggregated(core) ? await this.#get<CoreVersions>("/api", "application/json") : core;
    const plainGroups = isAggregated(groups) ? await this.#get<GroupList>("/apis", "application/json") : groups;
    return walkGroups(readGroups(plainCore, plainGroups), (groupVersion) =>
      this.#get<ResourceListAnswer>(groupVersionPath(parseGroupVersion(groupVersion)), "application/json"),
    );
  }

  async #get<T>(path: string, accept: string): Promise<T> {
    return callJson<T>(this.#transport, { method: "GET", path, headers: { accept } });
  }
}

function isAggregated(document: object): document is GroupDiscoveryList {
  return "kind" in document && document.kind === "APIGroupDiscoveryList";
}

function isPreferredForm(other: ApiResource, one: ApiResource): boolean {
  return other.preferred && other.group === one.group && other.name === one.name;
}

function merge(core: DiscoverySnapshot, others: DiscoverySnapshot): DiscoverySnapshot {
  return {
    groups: [...core.groups, ...others.groups],
    resources: [...core.resources, ...others.resources],
    failures: [...core.failures, ...others.failures],
  };
}

/** An unknown name may belong to a group that could not be read: say so. */
function withFailures(error: unknown, { failures }: DiscoverySnapshot): unknown {
  if (!(error instanceof UsageError) || error.code !== "UNKNOWN_RESOURCE" || failures.length === 0) return error;
  const broken = failures.map(({ groupVersion }) => groupVersion).join(", ");
  return new UsageError(error.code, `${error.message}; ${broken} could not be read`, {
    hint: error.hint,
    cause: error,
  });
}
