import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Node } from "../../types/core-v1.ts";
import type { DrainedPod, DrainOptions } from "../nodes/drain.ts";
import type { DrainPlanOptions, DrainPlanPod } from "../nodes/drain-plan.ts";
import type { TaintOptions } from "../nodes/taint.ts";
import { requireResourceOf } from "../shared/siblings.ts";
import { AccessVerbs } from "./access-verbs.ts";

/** The verbs of nodes. */
export class NodeVerbs<T extends KubernetesObject = UnknownObject> extends AccessVerbs<T> {
  /**
   * Keeps new pods off a node; those that are there stay. Only nodes have that.
   *
   * @example
   * await k8s.nodes.cordon("worker-1");
   */
  async cordon(name: string, options: WriteOptions = {}): Promise<Node> {
    const nodes = await this.#nodes("cordon", name);
    const { setSchedulable } = await import("../nodes/cordon.ts");
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
    const { setSchedulable } = await import("../nodes/cordon.ts");
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
    const { taint } = await import("../nodes/taint.ts");
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
    const { planDrain } = await import("../nodes/drain.ts");
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
    const { drain } = await import("../nodes/drain.ts");
    return drain(nodes, names, { ...options, signal });
  }

  async #nodes(action: string, name: string): Promise<ResourceClient<Node>> {
    await requireResourceOf(this, action, name, ["nodes"]);
    return this as unknown as ResourceClient<Node>;
  }
}
