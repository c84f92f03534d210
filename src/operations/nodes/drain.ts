/** https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ */
import { throwIfAborted } from "../../core/abort.ts";
import { TimeoutError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { deadline } from "../../resources/deadline.ts";
import type { Node } from "../../types/core-v1.ts";
import { chosenNames, type NodeChoice } from "./chosen-nodes.ts";
import { classifyNodes, type DrainPlanOptions, type DrainPlanPod } from "./drain-plan.ts";
import { drainNarrator } from "./drain-progress.ts";
import { DrainRun } from "./drain-run.ts";
import type { EvictOptions } from "./evict.ts";
import { nodesText, refuseObstacles } from "./obstacles.ts";

export interface DrainOptions extends DrainPlanOptions, EvictOptions {
  /** For all nodes together. Default, and for 0: no limit but the signal. */
  readonly timeoutMs?: number | undefined;
  /**
   * How many seconds past its grace period a pod may be before it is left as it is, `skipped`: a node whose kubelet is
   * gone ends none. Default, and for 0: each is waited for until it is gone.
   */
  readonly skipWaitForDeleteTimeoutSeconds?: number | undefined;
  /** Told of the plan and of every step. */
  readonly onProgress?: ((progress: DrainProgress) => void) | undefined;
}

/** What became of one pod. */
export interface DrainedPod extends Omit<DrainPlanPod, "action"> {
  /**
   * `evicted`: it is gone from the node. `skipped`: it was left. Of a dry run `evictable`, or `blocked` where the
   * server would not let it go now.
   */
  readonly outcome: "evicted" | "skipped" | "evictable" | "blocked";
}

/** A step of a drain. */
export type DrainProgress =
  | { readonly type: "planned"; readonly pods: readonly DrainPlanPod[] }
  | { readonly type: "cordoned"; readonly node: string }
  /** `awaiting`: it was being deleted already. */
  | {
      readonly type: "evicting" | "awaiting" | "evicted";
      readonly node: string;
      readonly namespace: string;
      readonly pod: string;
    }
  /** `blocked`: tried again after 5 s; `reason` names the budget. `skipped`: it did not end in time, and is left. */
  | {
      readonly type: "blocked" | "skipped";
      readonly node: string;
      readonly namespace: string;
      readonly pod: string;
      readonly reason: string;
    };

/** What a drain would do with every pod of the nodes; nothing is written. */
export async function planDrain(
  nodes: ResourceClient<Node>,
  choice: NodeChoice,
  options: DrainPlanOptions = {},
): Promise<DrainPlanPod[]> {
  const plan = await classifyNodes(nodes, await chosenNames(nodes, "drain", choice, options.signal), options);
  return plan.map(({ entry }) => entry);
}

/**
 * Cordons nodes and evicts their pods, one node after the other. Nothing is done while a pod stands in the way.
 * Whatever ends it early, the error says what was done and what was not.
 */
export async function drain(
  nodes: ResourceClient<Node>,
  choice: NodeChoice,
  options: DrainOptions = {},
): Promise<DrainedPod[]> {
  throwIfAborted(options.signal);
  const wanted = await chosenNames(nodes, "drain", choice, options.signal);
  if (wanted.length === 0) return [];
  const { timeoutMs } = options;
  const late = (): TimeoutError => new TimeoutError(`Timed out after ${(timeoutMs ?? 0) / 1000} s`);
  const limit = deadline(nodes.timing, options.signal, timeoutMs, late);
  const { signal } = limit;
  const task = nodes.showProgress(`draining ${nodesText(wanted)}`);
  const narrate = drainNarrator();
  const onProgress = (step: DrainProgress): void => {
    task.update(narrate(step));
    options.onProgress?.(step);
  };
  const run = new DrainRun(nodes, wanted, { ...withOwnGrace(options), onProgress, signal });
  try {
    throwIfAborted(signal);
    const plan = await classifyNodes(nodes, wanted, { ...options, signal });
    onProgress({ type: "planned", pods: plan.map(({ entry }) => entry) });
    refuseObstacles(plan, wanted, "Nothing was changed");
    return await run.all(plan);
  } catch (error) {
    throw run.explain(error);
  } finally {
    task.end();
    limit.end();
  }
}

/** kubectl's -1 is the pod's own time. The server would take it for one second. */
function withOwnGrace(options: DrainOptions): DrainOptions {
  const { gracePeriodSeconds = -1 } = options;
  return gracePeriodSeconds < 0 ? { ...options, gracePeriodSeconds: undefined } : options;
}
