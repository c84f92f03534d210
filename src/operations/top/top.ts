import type { OperationContext } from "../context.ts";
import type { NodeUsage, TopNodesOptions } from "./top-nodes.ts";
import type { PodUsage, TopPodsOptions } from "./top-pods.ts";
import type { UsageList } from "./usage-list.ts";

/** `kubectl top`: what nodes and pods take, as metrics-server measured it. */
export class Top {
  readonly #operation: OperationContext;

  constructor(operation: OperationContext) {
    this.#operation = operation;
  }

  /**
   * What each node takes, in cores and bytes and in percent of what it has for pods.
   *
   * @example
   * const full = (await k8s.top.nodes()).filter(({ memoryPercent = 0 }) => memoryPercent > 80);
   */
  async nodes(options: TopNodesOptions = {}): Promise<UsageList<NodeUsage>> {
    const signal = this.#operation.signalFor(options.signal);
    const { topNodes } = await import("./top-nodes.ts");
    return topNodes(this.#operation, { ...options, signal });
  }

  /**
   * What each pod takes, or each container, in cores and bytes; `total` is their sum.
   *
   * @example
   * const [greediest] = await k8s.everywhere.top.pods({ sortBy: "memory", containers: true });
   */
  async pods(options: TopPodsOptions = {}): Promise<UsageList<PodUsage>> {
    const signal = this.#operation.signalFor(options.signal);
    const { topPods } = await import("./top-pods.ts");
    return topPods(this.#operation, { ...options, signal });
  }
}
