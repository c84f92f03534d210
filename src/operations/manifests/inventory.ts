import type { UnknownObject } from "../../core/object.ts";
import { groupResource, groupVersion } from "../../core/path.ts";
import type { ApiResource } from "../../core/resource.ts";
import { isApiError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope, WriteOptions } from "../../resources/options.ts";
import { objectNamespace, scopeOf } from "../../resources/scope.ts";
import type { OperationContext } from "../context.ts";
import { eachAtOnce } from "../shared/at-once.ts";
import {
  type ApplySetContents,
  type ApplySetParent,
  applySetId,
  applySetManager,
  PARENT_TYPE,
  PART_OF,
  parentObject,
  readParent,
  union,
} from "./apply-set.ts";
import { groupKind, type Target } from "./targets.ts";

export interface PruneOptions extends CallScope {
  /**
   * Also deletes what an earlier apply made under the same `applySet` and this one does not have. Needs `applySet`.
   * Default false.
   */
  readonly prune?: boolean | undefined;
  /**
   * The object that keeps the inventory, as kubectl's `--applyset`: `NAME` of a Secret, `configmaps/NAME`, or a custom
   * resource whose definition has the label `applyset.kubernetes.io/is-parent-type`. A Secret or ConfigMap is made.
   */
  readonly applySet?: string | undefined;
  /** In which tool's name the set is kept: `kubectl`, so that kubectl can go on with it. Default `kubescript`. */
  readonly applySetTooling?: string | undefined;
}

const NOTHING: ApplySetContents = { kinds: new Set(), namespaces: new Set() };

/** A member of a set that is to be deleted. */
export interface Stray {
  readonly object: UnknownObject;
  readonly resource: ApiResource;
  readonly client: ResourceClient<UnknownObject>;
  readonly label: string;
}

/** An ApplySet in the cluster: which objects an earlier apply has made. */
export class Inventory {
  readonly id: string;
  readonly parent: ApplySetParent;
  readonly #operation: OperationContext;
  readonly #client: ResourceClient<UnknownObject>;
  readonly #tooling: string;
  #stored: UnknownObject | undefined;
  /** As it was before: where strays may be. */
  #contents: ApplySetContents = NOTHING;

  private constructor(
    operation: OperationContext,
    client: ResourceClient<UnknownObject>,
    parent: ApplySetParent,
    tooling: string,
  ) {
    this.#operation = operation;
    this.#client = client;
    this.parent = parent;
    this.#tooling = tooling;
    this.id = applySetId(parent);
  }

  /** The set that the options name, undefined where they ask for none. Throws UsageError for one that cannot be used. */
  static async open(operation: OperationContext, options: PruneOptions): Promise<Inventory | undefined> {
    const { prune = false, applySet, applySetTooling = "kubescript", namespace: chosen, signal } = options;
    if (!prune && applySet === undefined) return undefined;
    if (!prune || applySet === undefined) {
      const lacks = prune ? "nothing says of which ApplySet" : "an ApplySet is for pruning, which is not asked for";
      throw new UsageError("USAGE", `Cannot prune: ${lacks}`, { hint: 'Give { prune: true, applySet: "NAME" }.' });
    }
    const [, type = "secrets", name = ""] = /^(?:([^/]+)\/)?([^/]+)$/.exec(applySet) ?? [];
    if (name === "") {
      throw new UsageError("INVALID_INPUT", `Cannot prune by "${applySet}": it is not NAME or RESOURCE/NAME`);
    }
    const resource = await operation.discovery.resolve(type, { signal });
    const namespace = objectNamespace(resource, scopeOf(operation.scope, chosen), "prune by", name);
    const { group, kind } = resource;
    const parent = { apiVersion: groupVersion(resource), group, kind, namespace, name };
    const helper = operation.helperOf(resource);
    const client = namespace === undefined ? helper : helper.in(namespace);
    const inventory = new Inventory(operation, client, parent, applySetTooling);
    await inventory.#read(resource, signal);
    return inventory;
  }

  async #read(resource: ApiResource, signal: AbortSignal | undefined): Promise<void> {
    const name = groupResource(resource);
    const isMade = name === "secrets" || name === "configmaps";
    if (!isMade) {
      const definition = await this.#operation
        .resource("customresourcedefinitions.apiextensions.k8s.io")
        .find(name, { signal });
      if (definition?.metadata?.labels?.[PARENT_TYPE] === undefined) {
        throw new UsageError("INVALID_INPUT", `Cannot prune by ${name} "${this.parent.name}": it cannot be a parent`, {
          hint: `Secrets and ConfigMaps can, and custom resources whose definition has the label ${PARENT_TYPE}.`,
        });
      }
    }
    this.#stored = isMade
      ? await this.#client.find(this.parent.name, { signal })
      : await this.#client.get(this.parent.name, { signal });
    if (this.#stored !== undefined) this.#contents = readParent(this.parent, this.#stored, this.#tooling);
  }

  /** Marks an object as a member. Throws UsageError for one of another set, and for the parent itself. */
  adopt(object: UnknownObject, origin: string): UnknownObject {
    const { kind, metadata } = object;
    const cannot = (what: string): UsageError =>
      new UsageError(
        "INVALID_INPUT",
        `Cannot take ${kind} "${metadata?.name ?? ""}" (${origin}) into the ApplySet: ${what}`,
      );
    const own = metadata?.labels?.[PART_OF];
    if (own !== undefined && own !== this.id) throw cannot(`its label ${PART_OF} names another, ${own}`);
    const { parent } = this;
    const isParent = kind === parent.kind && metadata?.name === parent.name && object.apiVersion === parent.apiVersion;
    if (isParent && (metadata?.namespace ?? parent.namespace) === parent.namespace) throw cannot("it is its parent");
    return { ...object, metadata: { ...metadata, labels: { ...metadata?.labels, [PART_OF]: this.id } } };
  }

  /** Lists in the parent what is about to be applied, beside what is there: a run that is broken off forgets nothing. */
  async announce(targets: readonly Target[], options: WriteOptions): Promise<void> {
    await this.#write(union(this.#contents, contentsOf(targets)), options);
  }

  /** Lists in the parent what was applied, once nothing else is left of it. */
  async settle(targets: readonly Target[], options: WriteOptions): Promise<void> {
    await this.#write(contentsOf(targets), options);
  }

  /** The members that are not among the targets. */
  async strays(targets: readonly Target[], signal: AbortSignal | undefined): Promise<Stray[]> {
    const kept = new Set(targets.map((one) => keyOf(one.resource, one.namespace, one.name)));
    const places: { readonly resource: ApiResource; readonly namespace: string | undefined }[] = [];
    for (const kind of this.#contents.kinds) {
      const resource = await this.#resourceOf(kind, signal);
      if (resource === undefined) continue;
      const namespaces = resource.namespaced ? [...this.#contents.namespaces] : [undefined];
      places.push(...namespaces.map((namespace) => ({ resource, namespace })));
    }
    const strays: Stray[] = [];
    await eachAtOnce(
      places,
      8,
      async ({ resource, namespace }) => {
        const helper = this.#operation.helperOf<UnknownObject>(resource);
        const client = namespace === undefined ? helper : helper.in(namespace);
        const label = (object: UnknownObject): string => `${groupResource(resource)} "${object.metadata?.name ?? ""}"`;
        for (const object of await client.list({ labels: { [PART_OF]: this.id }, signal })) {
          const { metadata } = object;
          if (kept.has(keyOf(resource, metadata?.namespace, metadata?.name ?? ""))) continue;
          strays.push({ object, resource, client, label: label(object) });
        }
      },
      signal,
    );
    return strays;
  }

  /** The resource of a kind, or as kubectl 1.27 lists them of a plural; undefined where the server has none any more. */
  async #resourceOf(kind: string, signal: AbortSignal | undefined): Promise<ApiResource | undefined> {
    const [name = "", ...rest] = kind.split(".");
    const group = rest.join(".");
    const ofGroup = await this.#operation.discovery.resources({ group, preferred: true, signal });
    const found = ofGroup.find((one) => one.kind === name && one.verbs.includes("list"));
    if (found !== undefined) return found;
    try {
      return await this.#operation.discovery.resolve(kind, { signal });
    } catch (error) {
      // A group that does not answer now may still hold members.
      const isGone =
        isKubescriptError(error) && error.code === "UNKNOWN_RESOURCE" && !/could not be read/.test(error.message);
      if (isGone) return undefined;
      throw error;
    }
  }

  async #write(contents: ApplySetContents, { signal, dryRun }: WriteOptions): Promise<void> {
    const object = parentObject(this.parent, contents, this.#stored, this.#tooling) as UnknownObject;
    const options = { signal, dryRun, fieldManager: applySetManager(this.#tooling) };
    try {
      await this.#client.apply(object, options);
    } catch (error) {
      if (!isApiError(error) || error.httpStatus !== 409) throw error;
      // These fields are the set's own, whoever wrote them.
      await this.#client.apply(object, { ...options, force: true });
    }
  }
}

function contentsOf(targets: readonly Target[]): ApplySetContents {
  return {
    kinds: new Set(targets.map(({ resource }) => groupKind(resource))),
    namespaces: new Set(targets.flatMap(({ namespace }) => (namespace === undefined ? [] : [namespace]))),
  };
}

function keyOf({ group, name: plural }: ApiResource, namespace: string | undefined, name: string): string {
  return JSON.stringify([group, plural, namespace ?? "", name]);
}
