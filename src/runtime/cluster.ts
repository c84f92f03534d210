import { forMany } from "../core/abort.ts";
import { inspectAsText } from "../core/inspect-as-text.ts";
import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import type { ApiResource } from "../core/resource.ts";
import type { Discovery, ResourceFilter } from "../discovery/discovery.ts";
import type { ExplainOptions } from "../discovery/explain.ts";
import type { CanOptions } from "../operations/access/attributes.ts";
import type { UserInfo } from "../operations/access/who-am-i.ts";
import type { Fleet } from "../operations/across/across.ts";
import type { OperationContext } from "../operations/context.ts";
import { HELPER_OPTIONS } from "../operations/option-names.ts";
import { ResourceHelper } from "../operations/resource-helper.ts";
import type { ResourceClientSettings } from "../resources/client-settings.ts";
import { hideProgress } from "../resources/progress.ts";
import { namespaceOf, type Scope, scopeOf } from "../resources/scope.ts";
import { systemTiming } from "../resources/timing.ts";
import type { CallOptions, Transport } from "../transport/transport.ts";
import type { BuiltInResources } from "../types/built-in.ts";
import { clusterOf } from "./cluster-of.ts";
import { ClusterVerbs } from "./cluster-verbs.ts";
import type { HelperOf } from "./helper-of.ts";
import { Http } from "./http.ts";
import { withKnownOptions } from "./known-options.ts";
import type { Session } from "./session.ts";
import { settledResource } from "./settled-resources.ts";

export type { CanOptions } from "../operations/access/attributes.ts";
export type { UserInfo } from "../operations/access/who-am-i.ts";

/** `k8s`: the cluster's own calls, and a typed helper under every built-in plural and short name. */
export type Cluster = ClusterHandle & { readonly [K in keyof BuiltInResources]: HelperOf<K> };

/** `GET /version`. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  readonly gitVersion: string;
  readonly platform: string;
  readonly [field: string]: string;
}

/** What `k8s.info()` tells. */
export interface ClusterInfo {
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  readonly version: string;
  /** Undefined where the server does not tell: before 1.28, or to one who may not ask. */
  readonly user: string | undefined;
}

/**
 * A cluster in a scope. Immutable: `in`, `everywhere`, `as`, `use` and `dryRun` give other handles over the same
 * connections.
 */
export class ClusterHandle extends ClusterVerbs {
  static {
    inspectAsText(ClusterHandle.prototype);
  }

  readonly #session: Session;
  readonly #scope: Scope;
  readonly #dryRun: boolean;
  readonly #interruption: (() => AbortSignal) | undefined;

  constructor(session: Session, scope?: Scope, dryRun = false, interruption?: () => AbortSignal) {
    super(
      () => this.#operation(),
      () => this.#fleet(),
    );
    this.#session = session;
    this.#interruption = interruption;
    this.#scope = scope ?? { type: "namespace", namespace: session.settings.namespace, chosen: false };
    this.#dryRun = dryRun;
  }

  /** Name of the kubeconfig context, or `in-cluster`. */
  get context(): string {
    return this.#session.settings.context;
  }

  /** The namespace that calls go to unless told otherwise; `"*"` on a handle for all of them. */
  get namespace(): string {
    return namespaceOf(this.#scope);
  }

  /** URL of the API server. */
  get server(): string {
    return this.#session.settings.server;
  }

  /** Whether writes are only tried. */
  get isDryRun(): boolean {
    return this.#dryRun;
  }

  /** Contexts that {@link use} takes. */
  get contexts(): readonly string[] {
    return this.#session.settings.contexts.names;
  }

  /** kubeconfig files that this cluster was found in; empty in a pod. */
  get files(): readonly string[] {
    return this.#session.settings.files;
  }

  /** Names of the kubeconfig's cluster and user entries behind the context. */
  get target(): { readonly cluster: string; readonly user: string } {
    return this.#session.settings.target;
  }

  /**
   * The same cluster in another namespace; `"*"` is {@link everywhere}.
   *
   * @example
   * await k8s.in("kube-system").pods.list();
   */
  in(namespace: string): Cluster {
    return clusterOf(this.#handle(this.#session, scopeOf(this.#scope, namespace)));
  }

  /** The same cluster, all namespaces. */
  get everywhere(): Cluster {
    return this.in("*");
  }

  /**
   * The same cluster as another user (impersonation): needs the right to `impersonate` it.
   *
   * @example
   * const may = await k8s.as("jane", ["devs"]).can("delete", "pods");
   */
  as(user: string, groups: readonly string[] = []): Cluster {
    const session = this.#session.as({ user, groups, extra: {} });
    return clusterOf(this.#handle(session, this.#scope));
  }

  /**
   * Another context of the same kubeconfig, in its own namespace. Throws ConfigError for one that does not exist.
   *
   * @example
   * const nodes = await k8s.use("staging").nodes.list();
   */
  use(context: string): Cluster {
    return clusterOf(this.#handle(this.#session.use(context), undefined));
  }

  /**
   * A handle whose writes the server validates and answers, and does not store.
   *
   * @example
   * const wouldBe = await k8s.dryRun().deployments.scale("web", 5);
   */
  dryRun(): Cluster {
    return clusterOf(new ClusterHandle(this.#session, this.#scope, true, this.#interruption));
  }

  /**
   * A handle for code that runs under a signal: it ends long work that writes by itself, a drain, where that was given
   * none of its own. It is asked for when the work begins.
   */
  under(signal: () => AbortSignal): Cluster {
    return clusterOf(new ClusterHandle(this.#session, this.#scope, this.#dryRun, signal));
  }

  /**
   * The helper of any name that kubectl takes: `widgets`, `widgets.example.com`, `deploy`, `Deployment`.
   *
   * @example
   * const widgets = await k8s.resource<{ spec: { size: number } }>("widgets.example.com").list();
   */
  resource<T extends object = UnknownObject>(name: string): ResourceHelper<T & UnknownObject> {
    return withKnownOptions(this.#helper<T & UnknownObject>(name), HELPER_OPTIONS);
  }

  /** Raw requests. */
  get http(): Http {
    return new Http(this.#session.transport, this.#dryRun);
  }

  /** The transport that every call goes through. */
  get transport(): Transport {
    return this.#session.transport;
  }

  /** What was discovered of the server. */
  get discovery(): Discovery {
    return this.#session.discovery;
  }

  /** The server's version. */
  async version(options: CallOptions = {}): Promise<VersionInfo> {
    return this.http.get<VersionInfo>("/version", options);
  }

  /** Which cluster this is, and who we are there. */
  async info(options: CallOptions = {}): Promise<ClusterInfo> {
    const { whoAmIIfTold } = await import("../operations/access/who-am-i.ts");
    const [{ gitVersion }, user] = await Promise.all([
      this.version(options),
      whoAmIIfTold(this.#session.transport, options),
    ]);
    const { context, server, namespace } = this;
    return { context, server, namespace, version: gitVersion, user: user?.username };
  }

  /**
   * Every resource that the server offers, CRDs included; of each group the preferred version.
   *
   * @example
   * const listable = await k8s.resources({ verbs: ["list"], namespaced: true });
   */
  async resources(filter: ResourceFilter = {}): Promise<ApiResource[]> {
    return this.#session.discovery.resources(filter);
  }

  /** `["apps/v1", …, "v1"]` */
  async versions(options: CallOptions = {}): Promise<string[]> {
    return this.#session.discovery.versions(options);
  }

  /**
   * A kind or one of its fields, as the server documents it.
   *
   * @example
   * log(await k8s.explain("deployment.spec.strategy", { recursive: true }));
   */
  async explain(path: string, options: ExplainOptions = {}): Promise<string> {
    const [{ explain }, { renderExplanation }] = await Promise.all([
      import("../discovery/explain.ts"),
      import("../discovery/explain-text.ts"),
    ]);
    return renderExplanation(await explain(this.#session.discovery, this.#session.openApi, path, options));
  }

  /** Who the server takes us for. */
  async whoami(options: CallOptions = {}): Promise<UserInfo> {
    return this.access.whoami(options);
  }

  /**
   * Whether we may: do something to a resource, to a sub-resource of it, or at a path.
   *
   * @example
   * await k8s.can("get", "pods", { subresource: "log" });
   * await k8s.can("get", "/healthz");
   */
  async can(verb: string, resource: string, options: CanOptions = {}): Promise<boolean> {
    return this.access.can(verb, resource, options);
  }

  /** Closes every connection, also of handles derived from this one. Calls under way are ended. */
  async close(): Promise<void> {
    await this.#session.close();
  }

  /** What the handle is, nothing of what it holds. */
  toJSON(): { context: string; namespace: string; server: string } {
    const { context, namespace, server } = this;
    return { context, namespace, server };
  }

  override toString(): string {
    const where = this.namespace === "*" ? "all namespaces" : this.namespace;
    return `Cluster ${this.context}/${where} on ${this.server}${this.isDryRun ? ", dry run" : ""}`;
  }

  #helper<T extends KubernetesObject>(name: string): ResourceHelper<T> {
    const resource = settledResource(name) ?? (() => this.#session.discovery.resolve(name));
    return new ResourceHelper<T>({ ...this.#settings(), resource, label: name });
  }

  #handle(session: Session, scope: Scope | undefined): ClusterHandle {
    return new ClusterHandle(session, scope, this.#dryRun, this.#interruption);
  }

  /** What every client of this handle has in common. */
  #settings(): Omit<ResourceClientSettings, "resource"> {
    const { transport, settings, hold } = this.#session;
    const { printed, planned, showProgress, lendTerminal } = settings;
    const [scope, dryRun, interruption] = [this.#scope, this.#dryRun, this.#interruption];
    return { transport, scope, dryRun, printed, planned, interruption, showProgress, lendTerminal, hold };
  }

  #operation(): OperationContext {
    const { transport, discovery, settings, hold } = this.#session;
    const { context, server, showProgress = hideProgress, planned } = settings;
    const [scope, isDryRun, interruption] = [this.#scope, this.#dryRun, this.#interruption];
    return {
      ...{ context, server, transport, discovery, scope, isDryRun, showProgress, hold },
      timing: systemTiming,
      connection: () => settings.connection(),
      storesNothing: isDryRun || planned === true,
      resource: <T extends KubernetesObject>(name: string) => this.#helper<T>(name),
      helperOf: <T extends KubernetesObject>(resource: ApiResource) =>
        new ResourceHelper<T>({ ...this.#settings(), resource }),
      signalFor: (signal) => forMany(signal ?? interruption?.()),
    };
  }

  /** Sessions of their own, so that closing one leaves this; the session's end closes those that are left. */
  #fleet(): Fleet<Cluster> {
    const { settings, hold } = this.#session;
    const scope = this.#scope.type === "everywhere" || this.#scope.chosen ? this.#scope : undefined;
    return {
      contexts: settings.contexts.names,
      here: clusterOf(this),
      showProgress: settings.showProgress ?? hideProgress,
      open: (context) => {
        const session = this.#session.apart(context);
        const release = hold(session);
        return {
          handle: clusterOf(this.#handle(session, scope)),
          close: async () => {
            release();
            await session.close();
          },
        };
      },
    };
  }
}
