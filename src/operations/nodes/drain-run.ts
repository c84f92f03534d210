import { throwIfAborted } from "../../core/abort.ts";
import { AbortError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Node, Pod } from "../../types/core-v1.ts";
import { listed, lowerFirst, retold } from "../shared/retold.ts";
import { sibling } from "../shared/siblings.ts";
import { setSchedulable } from "./cordon.ts";
import { type Departures, watchDepartures } from "./departures.ts";
import type { DrainedPod, DrainOptions } from "./drain.ts";
import { type ClassifiedPod, classifyNodes, type DrainPlanPod } from "./drain-plan.ts";
import { evict } from "./evict.ts";
import { keyOf, nodesText, refuseObstacles } from "./obstacles.ts";

/** kubectl's own. */
const BLOCKED_WAIT_MS = 5000;
/** What the server gives a pod that does not say how long it takes to end. */
const GRACE_SECONDS = 30;

/** A drain under way, and what it has done so far. */
export class DrainRun {
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
    const closed = this.#dryRun ? plan : await classifyNodes(this.#nodes, this.#names, this.#options);
    refuseObstacles(closed, this.#names, `No pod was evicted; still cordoned: ${nodesText(this.#cordoned)}`);
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
    const leaving = plan.filter(({ entry, ending }) => entry.action === "evict" || (ending && !this.#dryRun));
    for (const one of plan) if (!leaving.includes(one)) this.#record(one.entry, "skipped");
    if (leaving.length === 0) return;
    const { signal } = this.#options;
    for (const { entry } of leaving) this.#leaving.set(keyOf(entry), "");
    const watching = new AbortController();
    try {
      await this.#allOf(leaving, node, AbortSignal.any([signal, watching.signal]));
    } finally {
      watching.abort();
    }
  }

  async #allOf(leaving: readonly ClassifiedPod[], node: string, watching: AbortSignal): Promise<void> {
    const objects = leaving.map(({ object }) => object);
    const departures = this.#dryRun ? undefined : watchDepartures(this.#pods, node, objects, watching);
    const outcomes = await Promise.allSettled(
      leaving.map((one) => {
        if (departures === undefined) return this.#try(one);
        return one.ending ? this.#awaitEnd(one, departures) : this.#remove(one, departures);
      }),
    );
    throwIfAborted(this.#options.signal);
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
        const { gracePeriodSeconds = object.spec?.terminationGracePeriodSeconds ?? GRACE_SECONDS } = this.#options;
        return this.#untilGone(entry, gone, this.#nodes.timing.now() + gracePeriodSeconds * 1000);
      }
      const { reason } = answer;
      this.#leaving.set(keyOf(entry), reason);
      onProgress?.({ type: "blocked", node, namespace, pod, reason });
      if (this.#failure !== undefined) throw this.#failure;
      if (await this.#settledWithin(BLOCKED_WAIT_MS, gone, signal)) break;
    }
    this.#left(entry, "evicted");
  }

  /** Waits for a pod that was being deleted already: it is not evicted, but the node is not empty before it is gone. */
  async #awaitEnd({ entry, object }: ClassifiedPod, departures: Departures): Promise<void> {
    const { node, namespace, pod } = entry;
    this.#options.onProgress?.({ type: "awaiting", node, namespace, pod });
    const due = Date.parse(object.metadata?.deletionTimestamp ?? "");
    await this.#untilGone(entry, departures.gone(object), due);
  }

  /** @param due when its time to end is over, in milliseconds since the epoch */
  async #untilGone(entry: DrainPlanPod, gone: Promise<void>, due: number): Promise<void> {
    const { signal, skipWaitForDeleteTimeoutSeconds: overdue = 0 } = this.#options;
    this.#leaving.set(keyOf(entry), "it is ending");
    if (overdue === 0) await gone;
    else {
      const limitMs = Math.max(0, due + overdue * 1000 - this.#nodes.timing.now());
      if (!(await this.#settledWithin(limitMs, gone, signal))) {
        const reason = `it is still there ${overdue} s after its time to end was over`;
        return this.#left({ ...entry, reason }, "skipped");
      }
    }
    this.#left(entry, "evicted");
  }

  async #settledWithin(ms: number, work: Promise<void>, signal: AbortSignal): Promise<boolean> {
    const limit = new AbortController();
    const late = this.#nodes.timing.sleep(ms, AbortSignal.any([signal, limit.signal])).then(() => false);
    try {
      return await Promise.race([work.then(() => true), late]);
    } finally {
      limit.abort();
    }
  }

  #left(entry: DrainPlanPod, outcome: "evicted" | "skipped"): void {
    const { node, namespace, pod, reason } = entry;
    this.#leaving.delete(keyOf(entry));
    this.#record(entry, outcome);
    this.#options.onProgress?.(
      outcome === "evicted" ? { type: outcome, node, namespace, pod } : { type: outcome, node, namespace, pod, reason },
    );
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
    // What stands in the way says itself what was done.
    if (error instanceof UsageError) return error;
    const undrained = this.#names.filter((node) => !this.#drained.includes(node));
    const what = `Cannot drain ${nodesText(undrained)}`;
    const why = error instanceof AbortError ? "it was interrupted" : lowerFirst(error.message);
    const evicted = this.#report.filter(({ outcome }) => outcome === "evicted").length;
    const podsByReason = new Map<string, string[]>();
    for (const [pod, reason] of this.#leaving) podsByReason.set(reason, [...(podsByReason.get(reason) ?? []), pod]);
    const rest = [...podsByReason].map(([reason, pods]) => `${listed(pods)}${reason === "" ? "" : ` (${reason})`}`);
    const done = [
      this.#drained.length === 0
        ? ""
        : `${nodesText(this.#drained)} ${this.#drained.length === 1 ? "was" : "were"} drained`,
      `${evicted} ${evicted === 1 ? "pod was" : "pods were"} evicted`,
      rest.length === 0 ? "" : `not gone yet: ${rest.join(", ")}`,
    ].filter((part) => part !== "");
    const message = `${what}: ${why}; ${done.join("; ")}`;
    const names = this.#cordoned.map((one) => `"${one}"`).join(", ");
    const hint = `Cordoned and left so: ${names}. Drain again to go on, or k8s.nodes.uncordon(NAME) to take it back.`;
    return retold(error, message, hint);
  }
}
