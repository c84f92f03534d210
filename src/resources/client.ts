import { forMany } from "../core/abort.ts";
import { inspectAsText } from "../core/inspect-as-text.ts";
import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import { groupResource } from "../core/path.ts";
import * as requests from "../core/requests.ts";
import type { ApiResource } from "../core/resource.ts";
import { isApiError, type Status, UsageError } from "../errors.ts";
import { callJson } from "../transport/call-json.ts";
import type { Transport } from "../transport/transport.ts";
import { ResourceCache } from "./cache.ts";
import { FIELD_MANAGER, type ResourceClientSettings } from "./client-settings.ts";
import { explainApplyConflict } from "./conflict.ts";
import { deleteCollection, deleteObject } from "./deletion.ts";
import { readModifyWrite } from "./edit.ts";
import { type Hold, holdNothing } from "./held.ts";
import { ResourceList } from "./list.ts";
import type {
  ApplyOptions,
  CallScope,
  DeleteAllOptions,
  DeleteOptions,
  EditOptions,
  GetOptions,
  ListOptions,
  PatchOptions,
  WatchOptions,
  WriteOptions,
} from "./options.ts";
import { listAll, pages } from "./pages.ts";
import { hideProgress, type ShowProgress } from "./progress.ts";
import { requireReplicas } from "./replicas.ts";
import { namespaceOf, type Scope, scopeIn, scopeOf } from "./scope.ts";
import { requireDeliberateSelection } from "./selection.ts";
import { Subresource } from "./subresource.ts";
import { isTable, type Table } from "./table.ts";
import { type CollectionTarget, collectionTarget, namedObject, newObject, objectTarget } from "./targets.ts";
import { type LendTerminal, lendNoTerminal } from "./terminal.ts";
import { systemTiming, type Timing } from "./timing.ts";
import { watchCollection } from "./watch.ts";
import type { WatchEvent } from "./watch-event.ts";

/** `autoscaling/v1` Scale. */
export interface Scale extends KubernetesObject {
  spec?: { replicas?: number };
  status?: { replicas: number; selector?: string };
}

/**
 * One resource in one scope, immutable: `in`, `everywhere` and `dryRun` return other handles. Objects come back as
 * the server sent them (an item of a list gets the apiVersion and kind that the server leaves out there).
 * Failures are ApiError, ConnectionError, UsageError or AbortError.
 */
export class ResourceClient<T extends KubernetesObject = UnknownObject> {
  static {
    inspectAsText(ResourceClient.prototype);
  }

  readonly scope: Scope;
  readonly transport: Transport;
  readonly timing: Timing;
  readonly isDryRun: boolean;
  /** Whether no write is stored, by a dry run or by a plan: then there is nothing to wait for after one. */
  readonly storesNothing: boolean;
  readonly #settings: ResourceClientSettings;
  readonly #fieldManager: string;

  constructor(settings: ResourceClientSettings) {
    this.#settings = settings;
    this.scope = settings.scope;
    this.transport = settings.transport;
    this.timing = settings.timing ?? systemTiming;
    this.isDryRun = settings.dryRun ?? false;
    this.storesNothing = this.isDryRun || settings.planned === true;
    this.#fieldManager = settings.fieldManager ?? FIELD_MANAGER;
  }

  /** Begins to show long work to whoever watches. */
  get showProgress(): ShowProgress {
    return this.#settings.showProgress ?? hideProgress;
  }

  /** Lends the user's terminal to a remote process. */
  get lendTerminal(): LendTerminal {
    return this.#settings.lendTerminal ?? lendNoTerminal;
  }

  /** Hands what goes on after its call to the session. */
  get hold(): Hold {
    return this.#settings.hold ?? holdNothing;
  }

  /** The client of another resource in a namespace (`"*"` for all), over the same connection and in the same manner. */
  to<S extends KubernetesObject>(
    resource: ApiResource | (() => Promise<ApiResource>),
    namespace: string,
  ): ResourceClient<S> {
    return new ResourceClient<S>({ ...this.#settings, resource, scope: scopeIn(namespace), label: undefined });
  }

  /**
   * The signal for long work: the caller's own, else that of what is being run. Ask as the call begins: at a prompt, the
   * next line has another.
   */
  signalFor(signal: AbortSignal | undefined): AbortSignal | undefined {
    return forMany(signal ?? this.#settings.interruption?.());
  }

  /** The resource as discovery describes it. */
  async resource(): Promise<ApiResource> {
    const { resource } = this.#settings;
    return typeof resource === "function" ? resource() : resource;
  }

  /** The same resource in another namespace; `"*"` is {@link everywhere}. */
  in(namespace: string): this {
    return this.#derive({ scope: scopeIn(namespace) });
  }

  /** The same resource in all namespaces. */
  get everywhere(): this {
    return this.in("*");
  }

  /** A handle whose writes are only tried (`dryRun=All`). */
  dryRun(): this {
    return this.#derive({ dryRun: true });
  }

  /**
   * One object; NOT_FOUND when there is none.
   *
   * @example
   * const { status } = await k8s.pods.get("web-0");
   */
  async get(name: string, options: GetOptions = {}): Promise<T> {
    const target = await this.#target(name, options, "get");
    return callJson<T>(this.transport, requests.getRequest(target, options), options);
  }

  /**
   * One object, or undefined when there is none.
   *
   * @example
   * const replicas = (await k8s.deployments.find("web"))?.spec?.replicas ?? 0;
   */
  async find(name: string, options: GetOptions = {}): Promise<T | undefined> {
    try {
      return await this.get(name, options);
    } catch (error) {
      if (isApiError(error) && error.httpStatus === 404) return undefined;
      throw error;
    }
  }

  /**
   * All objects of the scope that the selectors choose, fetched in pages.
   *
   * @example
   * const pods = await k8s.everywhere.pods.list({ labels: { app: "web" }, fields: { "status.phase": "Running" } });
   */
  async list(options: ListOptions = {}): Promise<ResourceList<T>> {
    const { resource, target } = await this.#collection(options);
    const { printed } = this.#settings;
    const list = await listAll<T>(this.transport, resource, target, { ...options, printed });
    return new ResourceList<T>(list, target.namespace);
  }

  /**
   * The same objects one by one; a page is fetched when the loop gets to it, so memory holds one page.
   *
   * @example
   * for await (const { metadata } of k8s.everywhere.events.iterate({ pageSize: 100 })) log(metadata.name);
   */
  async *iterate(options: ListOptions = {}): AsyncGenerator<T, void, undefined> {
    const { resource, target } = await this.#collection(options);
    for await (const page of pages<T>(this.transport, resource, target, options)) yield* page.items;
  }

  /** What the server prints for these objects, or for one of them: columns and rows. */
  async table(
    options: ListOptions & { readonly name?: string; readonly includeObject?: "None" | "Metadata" | "Object" } = {},
  ): Promise<Table> {
    const target =
      options.name === undefined
        ? (await this.#collection(options)).target
        : await this.#target(options.name, options, "print");
    const plain =
      options.name === undefined
        ? requests.listRequest(target, options)
        : requests.getRequest({ ...target, name: options.name }, { resourceVersion: options.resourceVersion });
    const answer = await callJson<unknown>(this.transport, requests.asTable(plain, options.includeObject), options);
    if (isTable(answer)) return { ...answer, rows: answer.rows ?? [] };
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot print ${groupResource(target.resource)} as a table: this server does not print them`,
    );
  }

  /**
   * POST. Its apiVersion, kind and namespace may be left out. ALREADY_EXISTS where there is one of the name.
   *
   * @example
   * await k8s.configmaps.create({ metadata: { name: "settings" }, data: { size: "1" } });
   */
  async create(object: T, options: WriteOptions = {}): Promise<T> {
    const { body, target } = newObject(await this.resource(), scopeOf(this.scope, options.namespace), object);
    const request = requests.createRequest(target, body, this.#write(options));
    return callJson<T>(this.transport, request, options);
  }

  /** PUT. With `metadata.resourceVersion` only over that version, else unconditionally where the server allows it. */
  async replace(object: T, options: WriteOptions = {}): Promise<T> {
    const { body, target } = namedObject(
      await this.resource(),
      scopeOf(this.scope, options.namespace),
      object,
      "replace",
    );
    return callJson<T>(this.transport, requests.replaceRequest(target, body, this.#write(options)), options);
  }

  /**
   * Server-side apply: says which fields shall be so, and owns them. Creates the object when there is none. Who owned
   * what, `metadata.managedFields` of an object that was read, is left out.
   *
   * @example
   * await k8s.configmaps.apply({ metadata: { name: "settings" }, data: { size: "2" } });
   */
  async apply(object: T, options: ApplyOptions = {}): Promise<T> {
    const { body, target } = namedObject(
      await this.resource(),
      scopeOf(this.scope, options.namespace),
      object,
      "apply",
    );
    const { managedFields: _, ...metadata } = body.metadata ?? {};
    const how = { ...this.#write(options), force: options.force };
    const request = requests.applyRequest(target, { ...body, metadata }, how);
    try {
      return await callJson<T>(this.transport, request, options);
    } catch (error) {
      throw explainApplyConflict(error, `${groupResource(target.resource)} "${target.name}"`, how.fieldManager);
    }
  }

  /**
   * Changes the fields that the patch names, by default as a merge patch, in which null removes one.
   *
   * @example
   * await k8s.deployments.patch("web", { spec: { paused: null } });
   * await k8s.nodes.patch("n1", [{ op: "add", path: "/metadata/labels/disk", value: "ssd" }], { type: "json" });
   */
  async patch(name: string, patch: unknown, options: PatchOptions = {}): Promise<T> {
    const target = await this.#target(name, options, "patch");
    const request = requests.patchRequest(target, patch, options.type ?? "merge", this.#write(options));
    return callJson<T>(this.transport, request, options);
  }

  /**
   * Reads, lets `change` alter the object (or return another), writes it back; a conflict reads again. What is left
   * equal is not written.
   *
   * @example
   * await k8s.configmaps.edit("settings", (map) => {
   *   map.data = { ...map.data, size: "3" };
   * });
   */
  async edit(
    name: string,
    change: (object: T) => T | undefined | Promise<T | undefined>,
    options: EditOptions = {},
  ): Promise<T> {
    return readModifyWrite<T>({
      read: () => this.get(name, { namespace: options.namespace, signal: options.signal }),
      change,
      write: (object) => this.replace(object, options),
      tries: options.tries ?? 5,
      timing: this.timing,
      signal: options.signal,
    });
  }

  /**
   * Returns the object in its last state where finalizers or a grace period keep it, else the server's Status.
   *
   * @example
   * await k8s.pods.delete("web-0", { wait: true, timeoutMs: 60_000 });
   */
  async delete(name: string, options: DeleteOptions = {}): Promise<T | Status> {
    const signal = this.signalFor(options.signal);
    const target = await this.#target(name, options, "delete");
    return deleteObject<T>(this, target, this.#dry(options), signal);
  }

  /**
   * Deletes what the selectors choose in one namespace; everything in it needs `{}` to be said. A selector that is
   * undefined and an option that does not exist are refused: they would delete everything too.
   *
   * @example
   * await k8s.jobs.deleteAll({ labels: { app: "migrate" }, propagationPolicy: "Background" });
   */
  async deleteAll(options: DeleteAllOptions): Promise<ResourceList<T> | Status> {
    const signal = this.signalFor(options?.signal);
    requireDeliberateSelection(await this.resource(), options);
    return deleteCollection<T>(this, await this.#collection(options), this.#dry(options), signal);
  }

  /**
   * The present objects as ADDED events, SYNCED, then every change; survives lost connections, expired versions and
   * overload, and says so with DESYNCED and SYNCED. The server sends no faster than the loop reads. Ends only with
   * the loop, the signal (AbortError) or an answer that trying again cannot mend.
   *
   * @example
   * for await (const { type, object } of k8s.pods.watch({ labels: { app: "web" } })) log(type, object.metadata?.name);
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<WatchEvent<T>, void, undefined> {
    const { resource, target } = await this.#collection(options);
    const { printed } = this.#settings;
    yield* watchCollection<T>({ transport: this.transport, timing: this.timing, resource, target, printed }, options);
  }

  /**
   * A local store kept current by a watch; resolves when it holds the server's state. Close it when done.
   *
   * @example
   * await using pods = await k8s.pods.cache();
   * const web = pods.list({ labels: { app: "web" } });
   */
  async cache(options: WatchOptions = {}): Promise<ResourceCache<T>> {
    const { resource, target } = await this.#collection(options);
    return ResourceCache.start<T>({ transport: this.transport, timing: this.timing, resource, target }, options);
  }

  /**
   * A sub-resource of this resource's objects.
   *
   * @example
   * await k8s.pods.subresource("eviction").create("web-0", { metadata: { name: "web-0" } });
   */
  subresource<S = UnknownObject>(name: string): Subresource<S> {
    return new Subresource<S>(name, {
      transport: this.transport,
      fieldManager: this.#fieldManager,
      dryRun: this.isDryRun,
      target: (object, options, action) => this.#target(object, options, action),
    });
  }

  get status(): Subresource<T> {
    return this.subresource<T>("status");
  }

  /** Sets the number of replicas, or with no number reads the Scale. */
  async scale(name: string, replicas?: number | undefined, options: WriteOptions = {}): Promise<Scale> {
    const scale = this.subresource<Scale>("scale");
    if (replicas === undefined) return scale.get(name, options);
    requireReplicas(name, replicas);
    return scale.patch(name, { spec: { replicas } }, options);
  }

  /** What the handle is, nothing of what it holds; no namespace where the resource is known to have none. */
  toJSON(): { resource: string; namespace?: string } {
    const { resource, label = "" } = this.#settings;
    const known = typeof resource === "function" ? undefined : resource;
    const name = known === undefined ? label : groupResource(known);
    if (known?.namespaced === false) return { resource: name };
    return { resource: name, namespace: namespaceOf(this.scope) };
  }

  toString(): string {
    const { resource, namespace } = this.toJSON();
    const where = namespace === undefined ? "" : ` in ${namespace === "*" ? "all namespaces" : namespace}`;
    return `${this.constructor.name} ${resource}${where}${this.isDryRun ? ", dry run" : ""}`;
  }

  /** Another handle of the same class: operations add theirs in a subclass. */
  #derive(change: Partial<ResourceClientSettings>): this {
    const Handle = this.constructor as new (settings: ResourceClientSettings) => this;
    return new Handle({ ...this.#settings, ...change });
  }

  async #target(
    name: string,
    options: CallScope,
    action: string,
  ): Promise<requests.ObjectTarget & { resource: ApiResource }> {
    return objectTarget(await this.resource(), scopeOf(this.scope, options.namespace), name, action);
  }

  async #collection(options: CallScope): Promise<CollectionTarget> {
    return collectionTarget(await this.resource(), scopeOf(this.scope, options.namespace), options);
  }

  #write(options: WriteOptions): requests.WriteRequestOptions & { fieldManager: string } {
    return {
      fieldManager: options.fieldManager ?? this.#fieldManager,
      fieldValidation: options.fieldValidation,
      dryRun: options.dryRun ?? this.isDryRun,
    };
  }

  #dry<O extends DeleteOptions>(options: O): O & { readonly dryRun: boolean } {
    return { ...options, dryRun: options.dryRun ?? this.isDryRun };
  }
}
