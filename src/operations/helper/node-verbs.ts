import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Node } from "../../types/core-v1.ts";
import type { NodeChoice } from "../nodes/chosen-nodes.ts";
import type { DrainedPod, DrainOptions } from "../nodes/drain.ts";
import type { DrainPlanOptions, DrainPlanPod } from "../nodes/drain-plan.ts";
import type { TaintOptions } from "../nodes/taint.ts";
import { clientOf } from "../shared/siblings.ts";
import { AccessVerbs } from "./access-verbs.ts";

/** The verbs of nodes. */
export class NodeVerbs<T extends KubernetesObject = UnknownObject> extends AccessVerbs<T> {
  /**
   * Keeps new pods off a node, or off several, by names or selectors; those that are there stay. Only nodes have that.
   *
   * @example
   * await k8s.nodes.cordon("worker-1");
   * await k8s.nodes.cordon({ labels: { pool: "old" } });
   */
  async cordon(name: string, options?: WriteOptions): Promise<Node>;
  async cordon(which: readonly string[] | SelectorOptions, options?: WriteOptions): Promise<Node[]>;
  async cordon(which: NodeChoice, options: WriteOptions = {}): Promise<Node | Node[]> {
    const signal = this.signalFor(options.signal);
    const nodes = await this.#nodes("cordon", which);
    const { cordon } = await import("../nodes/cordon.ts");
    return cordon(nodes, which, { ...options, signal });
  }

  /**
   * Lets a node take new pods again, or several.
   *
   * @example
   * await k8s.nodes.uncordon("worker-1");
   */
  async uncordon(name: string, options?: WriteOptions): Promise<Node>;
  async uncordon(which: readonly string[] | SelectorOptions, options?: WriteOptions): Promise<Node[]>;
  async uncordon(which: NodeChoice, options: WriteOptions = {}): Promise<Node | Node[]> {
    const signal = this.signalFor(options.signal);
    const nodes = await this.#nodes("uncordon", which);
    const { uncordon } = await import("../nodes/cordon.ts");
    return uncordon(nodes, which, { ...options, signal });
  }

  /**
   * Sets (`"key=value:NoSchedule"`, `"key:NoExecute"`) and removes (`"key-"`, `"key:NoSchedule-"`) taints of a node, or of
   * several.
   *
   * @example
   * await k8s.nodes.taint("worker-1", ["dedicated=build:NoSchedule", "old-"]);
   */
  async taint(name: string, changes: string | readonly string[], options?: TaintOptions): Promise<Node>;
  async taint(
    which: readonly string[] | SelectorOptions,
    changes: string | readonly string[],
    options?: TaintOptions,
  ): Promise<Node[]>;
  async taint(
    which: NodeChoice,
    changes: string | readonly string[],
    options: TaintOptions = {},
  ): Promise<Node | Node[]> {
    const signal = this.signalFor(options.signal);
    const nodes = await this.#nodes("taint", which);
    const { taint } = await import("../nodes/taint.ts");
    return taint(nodes, which, changes, { ...options, signal });
  }

  /**
   * What {@link drain} would do with every pod of the nodes, and why; nothing is written.
   *
   * @example
   * const obstacles = (await k8s.nodes.drainPlan("worker-1")).filter(({ action }) => action === "error");
   */
  async drainPlan(which: NodeChoice, options: DrainPlanOptions = {}): Promise<DrainPlanPod[]> {
    const signal = this.signalFor(options.signal);
    const nodes = await this.#nodes("drain", which);
    const { planDrain } = await import("../nodes/drain.ts");
    return planDrain(nodes, which, { ...options, signal });
  }

  /**
   * Cordons nodes, by names or selectors, and evicts their pods, one node after the other; what a disruption budget holds
   * is tried again every 5 s. Nothing is done while a pod stands in the way (UsageError that names each). With `dryRun`,
   * the server says of every pod whether it would let it go. An interruption, TIMEOUT or failure says what was done and
   * what was not; at the prompt and in scripts, Ctrl-C interrupts it without a `signal` of its own.
   *
   * @example
   * await k8s.nodes.drain("worker-1", { ignoreDaemonSets: true, timeoutMs: 600_000, onProgress: (step) => log(step.type) });
   */
  async drain(which: NodeChoice, options: DrainOptions = {}): Promise<DrainedPod[]> {
    // Asked for at once: at a prompt, the next line has another.
    const signal = this.signalFor(options.signal);
    const nodes = await this.#nodes("drain", which);
    const { drain } = await import("../nodes/drain.ts");
    return drain(nodes, which, { ...options, signal });
  }

  async #nodes(action: string, which: NodeChoice): Promise<ResourceClient<Node>> {
    const name = typeof which === "string" || Array.isArray(which) ? String(which) : "*";
    return clientOf<Node>(this, action, name, "nodes");
  }
}
