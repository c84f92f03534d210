/** https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/ */
import { throwIfAborted } from "../../core/abort.ts";
import { AbortError, isKubescriptError, TimeoutError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { deadline } from "../../resources/deadline.ts";
import type { DaemonSet } from "../../types/apps-v1.ts";
import type { Node, Pod } from "../../types/core-v1.ts";
import { lowerFirst, retold } from "../shared/retold.ts";
import { sibling } from "../shared/siblings.ts";
import { setSchedulable } from "./cordon.ts";
import { type Departures, watchDepartures } from "./departures.ts";
import { type ClassifiedPod, classifyNode, type DrainPlanOptions, type DrainPlanPod } from "./drain-plan.ts";
import { drainNarrator } from "./drain-progress.ts";
import { type EvictOptions, evict } from "./evict.ts";

export interface DrainOptions extends DrainPlanOptions, EvictOptions {
  /** For all nodes together. Default: no limit but the signal. */
  readonly timeoutMs?: number | undefined;
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
  | {
      readonly type: "evicting" | "evicted";
      readonly node: string;
      readonly namespace: string;
      readonly pod: string;
    }
  /** Tried again after 5 s; `reason` names the budget. */
  | {
      readonly type: "blocked";
      readonly node: string;
      readonly namespace: string;
      readonly pod: string;
      readonly reason: string;
    };

/** kubectl's own. */
const BLOCKED_WAIT_MS = 5000;

/** What a drain would do with every pod of the nodes; nothing is written. */
export async function planDrain(
  nodes: ResourceClient<Node>,
  names: string | readonly string[],
  options: DrainPlanOptions = {},
): Promise<DrainPlanPod[]> {
  const plan = await classifyAll(nodes, wantedNodes(names), options);
  return plan.map(({ entry }) => entry);
}

/**
 * Cordons nodes and evicts their pods, one node after the other. Nothing is done while a pod stands in the way.
 * Whatever ends it early, the error says what was done and what was not.
 */
export async function drain(
  nodes: ResourceClient<Node>,
  names: string | readonly string[],
  options: DrainOptions = {},
): Promise<DrainedPod[]> {
  const wanted = wantedNodes(names);
  const { timeoutMs } = options;
  const task = nodes.showProgress(`draining ${nodesText(wanted)}`);
  const narrate = drainNarrator();
  const onProgress = (step: DrainProgress): void => {
    task.update(narrate(step));
    options.onProgress?.(step);
  };
  const late = (): TimeoutError => new TimeoutError(`Timed out after ${(timeoutMs ?? 0) / 1000} s`);
  const limit = deadline(nodes.timing, options.signal, timeoutMs, late);
  const { signal } = limit;
  const run = new DrainRun(nodes, wanted, { ...options, onProgress, signal });
  try {
    throwIfAborted(signal);
    const plan = await classifyAll(nodes, wanted, { ...options, signal });
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

/** A drain under way, and what it has done so far. */
class DrainRun {
  readonly #nodes: ResourceClient<Node>;
  readonly #pods: ResourceClient<Pod>;
  readonly #names: readonly string[];
  readonly #options: DrainOptions & { readonly signal: AbortSignal };
  readonly #dryRun: boolean;
  readonly #cordoned: string[] = [];
  readonly #drained: string[] = [];
  readonly #report: DrainedPod[] = [];
  /** What has been asked to go and is not yet gone, with why it is not where that is known. */
  readonly #leaving = new Map<string, string>();
  /** The first that trying again cannot mend: what a budget holds is then not waited for. */
  #failure: unknown;

  constructor(
    nodes: ResourceClient<Node>,
    names: readonly string[],
    options: DrainOptions & { readonly signal: AbortSignal },
  ) {
    this.#nodes = nodes;
    this.#pods = sibling<Pod>(nodes, "pods", "*");
    this.#names = names;
    this.#options = options;
    this.#dryRun = nodes.storesNothing || options.dryRun === true;
  }

  async all(plan: readonly ClassifiedPod[]): Promise<DrainedPod[]> {
    const { signal, dryRun } = this.#options;
    // All first, so that what leaves one node does not move to the next.
    for (const node of this.#names) {
      await setSchedulable(this.#nodes, node, false, { signal, dryRun });
      this.#cordoned.push(node);
      this.#options.onProgress?.({ type: "cordoned", node });
    }
    // Pods may have come before the nodes were closed; a dry run closed none.
    const closed = this.#dryRun ? plan : await classifyAll(this.#nodes, this.#names, this.#options);
    refuseObstacles(closed, this.#names, "No pod was evicted");
    for (const node of this.#names) {
      await this.#drainNode(
        node,
        closed.filter(({ entry }) => entry.node === node),
      );
      this.#drained.push(node);
    }
    return this.#report;
  }

  async #drainNode(node: string, plan: readonly ClassifiedPod[]): Promise<void> {
    for (const { entry } of plan) if (entry.action === "skip") this.#record(entry, "skipped");
    const leaving = plan.filter(({ entry }) => entry.action === "evict");
    if (leaving.length === 0) return;
    const { signal } = this.#options;
    const departures = this.#dryRun
      ? undefined
      : watchDepartures(
          this.#pods,
          node,
          leaving.map(({ object }) => object),
          signal,
        );
    for (const { entry } of leaving) this.#leaving.set(keyOf(entry), "");
    const outcomes = await Promise.allSettled(
      leaving.map((one) => (departures === undefined ? this.#try(one) : this.#remove(one, departures))),
    );
    throwIfAborted(signal);
    const failed = outcomes.find((one) => one.status === "rejected");
    if (failed !== undefined) throw this.#failure ?? failed.reason;
  }

  /** Evicts a pod, however long its budget holds it, and waits until it is gone. */
  async #remove({ entry, object }: ClassifiedPod, departures: Departures): Promise<void> {
    const { node, namespace, pod } = entry;
    const { signal, onProgress } = this.#options;
    const gone = departures.gone(object);
    onProgress?.({ type: "evicting", node, namespace, pod });
    for (;;) {
      const answer = await this.#evict(object);
      if (answer.type === "gone") break;
      if (answer.type === "accepted") {
        this.#leaving.set(keyOf(entry), "it is ending");
        await gone;
        break;
      }
      const { reason } = answer;
      this.#leaving.set(keyOf(entry), reason);
      onProgress?.({ type: "blocked", node, namespace, pod, reason });
      if (this.#failure !== undefined) throw this.#failure;
      const pause = this.#nodes.timing.sleep(BLOCKED_WAIT_MS, signal).then(() => "again");
      if ((await Promise.race([gone, pause])) !== "again") break;
    }
    this.#leaving.delete(keyOf(entry));
    this.#record(entry, "evicted");
    onProgress?.({ type: "evicted", node, namespace, pod });
  }

  /** Asks the server whether it would let a pod go. */
  async #try({ entry, object }: ClassifiedPod): Promise<void> {
    const answer = await this.#evict(object);
    this.#leaving.delete(keyOf(entry));
    if (answer.type === "blocked") this.#record({ ...entry, reason: answer.reason }, "blocked");
    else this.#record(entry, "evictable");
  }

  async #evict(object: Pod): ReturnType<typeof evict> {
    try {
      return await evict(this.#pods, object, this.#options);
    } catch (error) {
      this.#failure ??= error;
      throw error;
    }
  }

  #record({ node, namespace, pod, reason }: DrainPlanPod, outcome: DrainedPod["outcome"]): void {
    this.#report.push({ node, namespace, pod, outcome, reason });
  }

  /** The same failure, saying what was done; one from before anything was done stays as it is. */
  explain(error: unknown): unknown {
    if (this.#cordoned.length === 0 || this.#dryRun || !isKubescriptError(error)) return error;
    const undrained = this.#names.filter((node) => !this.#drained.includes(node));
    const what = `Cannot drain ${nodesText(undrained)}`;
    const why = error instanceof AbortError ? "it was interrupted" : lowerFirst(error.message);
    const evicted = this.#report.filter(({ outcome }) => outcome === "evicted").length;
    const rest = [...this.#leaving].map(([pod, reason]) => (reason === "" ? pod : `${pod} (${reason})`));
    const done = [
      this.#drained.length === 0 ? "" : `${nodesText(this.#drained)} was drained`,
      `${evicted} ${evicted === 1 ? "pod was" : "pods were"} evicted`,
      rest.length === 0 ? "" : `not gone yet: ${rest.join(", ")}`,
    ].filter((part) => part !== "");
    const message = `${what}: ${why}; ${done.join("; ")}`;
    const names = this.#cordoned.map((one) => `"${one}"`).join(", ");
    const hint = `Cordoned and left so: ${names}. Drain again to go on, or k8s.nodes.uncordon(NAME) to take it back.`;
    return retold(error, message, hint);
  }
}

async function classifyAll(
  nodes: ResourceClient<Node>,
  names: readonly string[],
  options: DrainPlanOptions,
): Promise<ClassifiedPod[]> {
  const pods = sibling<Pod>(nodes, "pods", "*");
  const daemonSets = sibling<DaemonSet>(nodes, "daemonsets.apps", "*");
  const plans: ClassifiedPod[] = [];
  for (const name of names) {
    await nodes.get(name, { signal: options.signal });
    plans.push(...(await classifyNode(pods, daemonSets, name, options)));
  }
  return plans;
}

function wantedNodes(names: string | readonly string[]): string[] {
  const wanted = [...new Set([names].flat())];
  if (wanted.length > 0) return wanted;
  throw new UsageError("INVALID_INPUT", "Cannot drain: no node is named");
}

function refuseObstacles(plan: readonly ClassifiedPod[], names: readonly string[], state: string): void {
  const obstacles = plan.map(({ entry }) => entry).filter(({ action }) => action === "error");
  if (obstacles.length === 0) return;
  const list = obstacles.map((one) => `\n  ${keyOf(one)}: ${one.reason}`).join("");
  const count = obstacles.length === 1 ? "a pod stands" : `${obstacles.length} pods stand`;
  throw new UsageError("USAGE", `Cannot drain ${nodesText(names)}: ${count} in the way${list}`, {
    hint: `${state}. Where that is meant, say { ignoreDaemonSets: true }, { deleteEmptyDirData: true } or { force: true }.`,
  });
}

function nodesText(names: readonly string[]): string {
  return `${names.length === 1 ? "node" : "nodes"} ${names.map((one) => `"${one}"`).join(", ")}`;
}

function keyOf({ namespace, pod }: Pick<DrainPlanPod, "namespace" | "pod">): string {
  return `${namespace}/${pod}`;
}
