import type { KubernetesObject, UnknownObject } from "../core/object.ts";
import { ResourceClient, type Scale } from "../resources/client.ts";
import type { WriteOptions } from "../resources/options.ts";
import type { HorizontalPodAutoscaler } from "../types/autoscaling-v2.ts";
import type { Node } from "../types/core-v1.ts";
import type { KeyChanges, LabelOptions } from "./label.ts";
import type { LogLine, LogOptions } from "./logs/logs.ts";
import type { DrainedPod, DrainOptions } from "./nodes/drain.ts";
import type { DrainPlanOptions, DrainPlanPod } from "./nodes/drain-plan.ts";
import type { TaintOptions } from "./nodes/taint.ts";
import { Rollout } from "./rollout/rollout.ts";
import type { AutoscaleOptions } from "./scaling/autoscale.ts";
import type { ScaleOptions } from "./scaling/scale.ts";
import { requireResourceOf } from "./siblings.ts";
import { TemplateSetter } from "./template/set.ts";
import type { WaitOptions, WaitPredicate } from "./wait/wait.ts";

/** What `k8s.pods` is: a {@link ResourceClient} with the operations that stand on it, each loaded when it is used. */
export class ResourceHelper<T extends KubernetesObject = UnknownObject> extends ResourceClient<T> {
  /**
   * Waits for an object to reach a condition and returns it in that state (undefined when it was to be gone):
   * `ready`, `available`, `complete`, `deleted`, `exists`, `rollout`, `condition=NAME[=VALUE]`,
   * `jsonpath=EXPRESSION[=VALUE]`, or a function of the object. Default time limit 30 s. Throws TIMEOUT, or
   * WAIT_FAILED as soon as the condition can no longer come true.
   */
  async wait(name: string, condition: string | WaitPredicate<T>, options: WaitOptions = {}): Promise<T | undefined> {
    const { wait } = await import("./wait/wait.ts");
    return wait<T>(this, name, condition, options);
  }

  /**
   * The lines of a pod's log as they come. Only pods have one; on another helper it is a UsageError.
   *
   * @example
   * for await (const { line } of k8s.pods.logs("web-0", { follow: true })) log(line);
   */
  async *logs(name: string, options: LogOptions = {}): AsyncGenerator<LogLine, void, undefined> {
    const { podLogs } = await import("./logs/logs.ts");
    yield* podLogs(this, name, options);
  }

  /**
   * `kubectl rollout`: `status`, `wait`, `history`, `undo`, `restart`, `pause`, `resume`.
   *
   * @example
   * await k8s.deployments.rollout.undo("web");
   */
  get rollout(): Rollout<T> {
    return new Rollout<T>(this);
  }

  /**
   * `kubectl set`: `image`, `env`, `resources` of the containers in a pod template.
   *
   * @example
   * await k8s.deployments.set.image("web", { web: "nginx:1.29" });
   */
  get set(): TemplateSetter<T> {
    return new TemplateSetter<T>(this);
  }

  /**
   * Sets the number of replicas, or with no number reads the Scale. Throws CONFLICT where it is not at
   * `currentReplicas` or at `resourceVersion`.
   *
   * @example
   * await k8s.deployments.scale("web", 5, { currentReplicas: 3, wait: true, timeoutMs: 60_000 });
   */
  override async scale(name: string, replicas?: number | undefined, options: ScaleOptions = {}): Promise<Scale> {
    const set = (plain: WriteOptions): Promise<Scale> => super.scale(name, replicas, plain);
    if (replicas === undefined) return set(options);
    const { scale } = await import("./scaling/scale.ts");
    return scale(this, name, replicas, set, options);
  }

  /**
   * Makes a HorizontalPodAutoscaler (`autoscaling/v2`) for the object.
   *
   * @example
   * await k8s.deployments.autoscale("web", { min: 2, max: 10, cpuPercent: 70 });
   */
  async autoscale(name: string, options: AutoscaleOptions): Promise<HorizontalPodAutoscaler> {
    const { autoscale } = await import("./scaling/autoscale.ts");
    return autoscale(this, name, options);
  }

  /**
   * Sets and removes labels as `kubectl label` does: a value that is there already is only changed with `overwrite`.
   *
   * @example
   * await k8s.pods.label("web-0", ["tier=front", "canary-"], { overwrite: true });
   */
  async label(name: string, changes: KeyChanges, options: LabelOptions = {}): Promise<T> {
    const { changeKeys } = await import("./label.ts");
    return changeKeys<T>(this, name, "labels", changes, options);
  }

  /**
   * Sets and removes annotations as `kubectl annotate` does; see {@link label}.
   *
   * @example
   * await k8s.deployments.annotate("web", { "kubernetes.io/change-cause": "new logo" }, { overwrite: true });
   */
  async annotate(name: string, changes: KeyChanges, options: LabelOptions = {}): Promise<T> {
    const { changeKeys } = await import("./label.ts");
    return changeKeys<T>(this, name, "annotations", changes, options);
  }

  /**
   * Keeps new pods off a node; those that are there stay. Only nodes have that.
   *
   * @example
   * await k8s.nodes.cordon("worker-1");
   */
  async cordon(name: string, options: WriteOptions = {}): Promise<Node> {
    const nodes = await this.#nodes("cordon", name);
    const { setSchedulable } = await import("./nodes/cordon.ts");
    return setSchedulable(nodes, name, false, options);
  }

  /**
   * Lets a node take new pods again.
   *
   * @example
   * await k8s.nodes.uncordon("worker-1");
   */
  async uncordon(name: string, options: WriteOptions = {}): Promise<Node> {
    const nodes = await this.#nodes("uncordon", name);
    const { setSchedulable } = await import("./nodes/cordon.ts");
    return setSchedulable(nodes, name, true, options);
  }

  /**
   * Sets (`"key=value:NoSchedule"`, `"key:NoExecute"`) and removes (`"key-"`, `"key:NoSchedule-"`) taints of a node.
   *
   * @example
   * await k8s.nodes.taint("worker-1", ["dedicated=build:NoSchedule", "old-"]);
   */
  async taint(name: string, changes: string | readonly string[], options: TaintOptions = {}): Promise<Node> {
    const nodes = await this.#nodes("taint", name);
    const { taint } = await import("./nodes/taint.ts");
    return taint(nodes, name, changes, options);
  }

  /**
   * What {@link drain} would do with every pod of the nodes, and why; nothing is written.
   *
   * @example
   * const obstacles = (await k8s.nodes.drainPlan("worker-1")).filter(({ action }) => action === "error");
   */
  async drainPlan(names: string | readonly string[], options: DrainPlanOptions = {}): Promise<DrainPlanPod[]> {
    const nodes = await this.#nodes("drain", String(names));
    const { planDrain } = await import("./nodes/drain.ts");
    return planDrain(nodes, names, options);
  }

  /**
   * Cordons nodes and evicts their pods, one node after the other; what a disruption budget holds is tried again every
   * 5 s. Nothing is done while a pod stands in the way (UsageError that names each). With `dryRun`, the server says of
   * every pod whether it would let it go. An interruption, TIMEOUT or failure says what was done and what was not; at the
   * prompt and in scripts, Ctrl-C interrupts it without a `signal` of its own.
   *
   * @example
   * await k8s.nodes.drain("worker-1", { ignoreDaemonSets: true, timeoutMs: 600_000, onProgress: (step) => log(step.type) });
   */
  async drain(names: string | readonly string[], options: DrainOptions = {}): Promise<DrainedPod[]> {
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(options.signal);
    const nodes = await this.#nodes("drain", String(names));
    const { drain } = await import("./nodes/drain.ts");
    return drain(nodes, names, { ...options, signal });
  }

  async #nodes(action: string, name: string): Promise<ResourceClient<Node>> {
    await requireResourceOf(this, action, name, ["nodes"]);
    return this as unknown as ResourceClient<Node>;
  }
}
