import type { UnknownObject } from "../core/object.ts";
import { Access } from "../operations/access/access.ts";
import type { AcrossOptions, Fleet } from "../operations/across/across.ts";
import type { AcrossResults } from "../operations/across/results.ts";
import type { AcrossTarget, AcrossTargets } from "../operations/across/targets.ts";
import type { ClusterInfoOptions, ClusterOverview } from "../operations/cluster-info/cluster-info.ts";
import type { OperationContext } from "../operations/context.ts";
import type { ExecResult } from "../operations/exec/exec-result.ts";
import { keepingStdin } from "../operations/exec/keep-stdin.ts";
import type { TerminalResult } from "../operations/exec/process-exit.ts";
import type { HealthCheck, HealthOptions } from "../operations/health/health.ts";
import { type Make, make } from "../operations/make/make.ts";
import type { AppliedObject, ApplyManifestsOptions, ManifestSource } from "../operations/manifests/apply.ts";
import type { CreateManifestsOptions } from "../operations/manifests/create.ts";
import type { DeletedObject, DeleteManifestsOptions } from "../operations/manifests/delete.ts";
import type { DiffManifestsOptions, ObjectDiff } from "../operations/manifests/diff.ts";
import type { ReplaceManifestsOptions } from "../operations/manifests/replace.ts";
import type { ApiProxy, ProxyOptions } from "../operations/proxy/proxy.ts";
import type {
  AnyRunOptions,
  AnyRunResult,
  AttachedRunOptions,
  RunOptions,
  TerminalRunOptions,
} from "../operations/run/run.ts";
import { Top } from "../operations/top/top.ts";
import type { WaitOptions } from "../operations/wait/wait.ts";
import type { WaitTarget } from "../operations/wait/wait-across.ts";
import { type WaitConditions, type WaitFor, waitConditions } from "../operations/wait/wait-condition.ts";
import type { Pod } from "../types/core-v1.ts";
import type { Cluster } from "./cluster.ts";

/** The verbs of `k8s` itself: those that are not one resource's. Each is loaded when it is used. */
export class ClusterVerbs {
  readonly #operation: () => OperationContext;
  readonly #fleet: () => Fleet<Cluster>;

  constructor(operation: () => OperationContext, fleet: () => Fleet<Cluster>) {
    this.#operation = operation;
    this.#fleet = fleet;
  }

  /**
   * Server-side apply of files, folders, patterns, URLs, YAML text or objects (`"-"` is what is piped in), in an order that
   * works: namespaces and definitions first. Every document is read, and the server asked about it, before the first is
   * written; what is wrong is named by file, document, line and field. Fields that others own are a CONFLICT that names
   * them, unless `force` takes them. With `prune` and `applySet`, what an earlier apply of the set made and this one lacks
   * is deleted; with `wait`, it resolves when all is in working order. What ends it early says what was applied and what
   * was not.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/
   *
   * @example
   * await k8s.apply("manifests/", { recursive: true, prune: true, applySet: "web", wait: true, timeoutMs: 120_000 });
   */
  async apply(source: ManifestSource, options: ApplyManifestsOptions = {}): Promise<AppliedObject[]> {
    const operation = this.#operation();
    // Asked for at once: at a prompt, the next line has another.
    const signal = operation.signalFor(options.signal);
    const { applyManifests } = await import("../operations/manifests/apply.ts");
    return applyManifests(operation, source, { ...options, signal });
  }

  /**
   * Creates the objects of manifests, as `kubectl create -f` does, read, checked, ordered and reported as in
   * {@link apply}; objects may leave their name to the server, by `generateName`. Where one is there already, nothing is
   * created: ALREADY_EXISTS.
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_create/
   *
   * @example
   * const [{ name }] = await k8s.create("migration.yaml");
   */
  async create(source: ManifestSource, options: CreateManifestsOptions = {}): Promise<AppliedObject[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { createManifests } = await import("../operations/manifests/create.ts");
    return createManifests(operation, source, { ...options, signal });
  }

  /**
   * Replaces objects by their manifests, as `kubectl replace -f` does: fields that these do not name go back to their
   * defaults. Over the newest version, or only over the one that `metadata.resourceVersion` names. Where an object is not
   * there, nothing is written: NOT_FOUND. What cannot be changed in place is deleted with {@link delete} and created again.
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_replace/
   *
   * @example
   * await k8s.replace("settings.yaml");
   */
  async replace(source: ManifestSource, options: ReplaceManifestsOptions = {}): Promise<AppliedObject[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { replaceManifests } = await import("../operations/manifests/replace.ts");
    return replaceManifests(operation, source, { ...options, signal });
  }

  /**
   * What {@link apply} would change with the same options, and nothing is: one entry for each object that differs, those
   * included that it would prune. A terminal shows it as one unified diff; values of Secrets are masked.
   *
   * @example
   * const changed = (await k8s.diff("manifests/")).map(({ kind, name }) => `${kind}/${name}`);
   */
  async diff(source: ManifestSource, options: DiffManifestsOptions = {}): Promise<ObjectDiff[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { diffManifests } = await import("../operations/manifests/diff.ts");
    return diffManifests(operation, source, { ...options, signal });
  }

  /**
   * Deletes the objects of manifests in the reverse of the order in which {@link apply} makes them, and waits until they
   * are gone, as `kubectl delete -f` does. One that cannot be deleted keeps no other: in the end the error names those,
   * and says what was deleted.
   *
   * @example
   * await k8s.delete("manifests/", { ignoreNotFound: true, timeoutMs: 60_000 });
   */
  async delete(source: ManifestSource, options: DeleteManifestsOptions = {}): Promise<DeletedObject[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { deleteManifests } = await import("../operations/manifests/delete.ts");
    return deleteManifests(operation, source, { ...options, signal });
  }

  /**
   * Waits until each of several objects of any kinds has reached a condition: `"TYPE/NAME"` as kubectl has it, objects,
   * or what {@link apply} returned. Otherwise as `wait` of a helper, `k8s.pods.wait`.
   *
   * @example
   * await k8s.wait(["deployments/web", "jobs/migrate"], k8s.conditions.ready, { timeoutMs: 120_000 });
   */
  async wait(
    which: WaitTarget | readonly WaitTarget[],
    condition: WaitFor<UnknownObject>,
    options: WaitOptions = {},
  ): Promise<UnknownObject[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { waitAcross } = await import("../operations/wait/wait-across.ts");
    return waitAcross(operation, which, condition, { ...options, signal });
  }

  /**
   * What can be waited for: `ready`, `available`, `complete`, `deleted`, `exists`, `rollout`, `condition`, `jsonpath`, and
   * `all`, `any`, `not` of these. Also `import { ready } from "kubescript"`.
   *
   * @example
   * const { all, exists, ready } = k8s.conditions;
   * await k8s.pods.wait("web-0", all(exists, ready));
   */
  get conditions(): WaitConditions {
    return waitConditions;
  }

  /**
   * `kubectl create`'s builders: plain objects, nothing is sent. Also `import { make } from "kubescript"`.
   *
   * @example
   * await k8s.deployments.create(k8s.make.deployment("web", { image: "nginx:1.29", replicas: 2 }));
   */
  get make(): Make {
    return make;
  }

  /**
   * Serves the API to other programs of this machine, as `kubectl proxy` does: they need no credentials, and streams and
   * upgrades pass. On 127.0.0.1:8001 unless told otherwise, until it is closed, the session ends or `signal` is aborted.
   * Throws UsageError where it cannot listen, and on a handle that stores nothing.
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_proxy/
   *
   * @example
   * const proxy = await k8s.proxy({ port: 0 });
   * await fetch(`${proxy.url}/api/v1/nodes`);
   * await proxy.close();
   */
  async proxy(options: ProxyOptions = {}): Promise<ApiProxy> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { proxy } = await import("../operations/proxy/proxy.ts");
    return proxy(operation, { ...options, signal });
  }

  /**
   * Who may do what, and giving and taking it: `can`, `whoCan`, `whoami`, `rules`, `rulesOf`, `grant`, `revoke`,
   * `kubeconfig`.
   *
   * @example
   * const { subjects } = await k8s.access.whoCan("delete", "nodes");
   */
  get access(): Access {
    return new Access(this.#operation);
  }

  /**
   * The same function in several contexts (`"*"`, names), namespaces (`{ namespaces: ["a", "b"] }`, `"*"`, by labels) or
   * both, five at once unless `concurrency` says otherwise. Results keep their order, and errors stand beside successes;
   * what is thrown is UsageError for targets that cannot be read, and AbortError. A handle's own namespace holds in each
   * context only where it was chosen. What a function leaves open on its `k8s` is closed as its context is done.
   *
   * @example
   * const nodes = await k8s.across("*", (k8s) => k8s.nodes.list());
   * for (const { context, error } of nodes.failures) log.warn(context, error);
   */
  async across<T>(
    targets: AcrossTargets,
    work: (k8s: Cluster, target: AcrossTarget) => T | Promise<T>,
    options: AcrossOptions = {},
  ): Promise<AcrossResults<T>> {
    const signal = this.#operation().signalFor(options.signal);
    const fleet = this.#fleet();
    const { across } = await import("../operations/across/across.ts");
    return across<Cluster, T>(fleet, targets, work, { ...options, signal });
  }

  /**
   * Makes a pod with one container, `kubectl run`. With `attach: true` it runs to its end and gives
   * `{ stdout, stderr, exitCode }` (without `stdin`, both outputs are in stdout, from the first line); with
   * `terminal: true` it is at your terminal. `rm: true` then deletes the pod on every way out, Ctrl-C included. Throws
   * WAIT_FAILED where the pod cannot start, TIMEOUT after `startTimeoutMs` (60 s).
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_run/
   *
   * @example
   * const { stdout } = await k8s.run("once", { image: "busybox", command: ["nslookup", "web"], attach: true, rm: true });
   */
  async run(name: string, options: TerminalRunOptions): Promise<TerminalResult>;
  async run(name: string, options: AttachedRunOptions): Promise<ExecResult>;
  async run(name: string, options: RunOptions): Promise<Pod>;
  async run(name: string, options: AnyRunOptions): Promise<AnyRunResult> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    return keepingStdin(options, async () => {
      const { run } = await import("../operations/run/run.ts");
      return run(operation.resource<Pod>("pods"), name, { ...options, signal });
    });
  }

  /**
   * The checks of the API server (`/livez` and `/readyz`), one row each. A failing check is a value, not an error; what is
   * thrown is that the server cannot be reached (ConnectionError) or does not let us ask (FORBIDDEN).
   *
   * https://kubernetes.io/docs/reference/using-api/health-checks/
   *
   * @example
   * const failing = (await k8s.health({ exclude: "etcd" })).filter(({ ok }) => !ok);
   */
  async health(options: HealthOptions = {}): Promise<HealthCheck[]> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { health } = await import("../operations/health/health.ts");
    return health(operation, { ...options, signal });
  }

  /**
   * What `kubectl cluster-info` prints, with the version and how many nodes are ready. What we may not see is named and
   * left out.
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_cluster-info/
   *
   * @example
   * const { controlPlane, services } = await k8s.clusterInfo();
   */
  async clusterInfo(options: ClusterInfoOptions = {}): Promise<ClusterOverview> {
    const operation = this.#operation();
    const signal = operation.signalFor(options.signal);
    const { clusterInfo } = await import("../operations/cluster-info/cluster-info.ts");
    return clusterInfo(operation, { ...options, signal });
  }

  /**
   * `kubectl top`: `nodes` and `pods`, from `metrics.k8s.io`. UNKNOWN_RESOURCE where nobody serves that.
   *
   * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_top/
   *
   * @example
   * const { total } = await k8s.top.pods({ labels: { app: "web" } });
   */
  get top(): Top {
    return new Top(this.#operation());
  }
}
