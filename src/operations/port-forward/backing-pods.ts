import { abortError } from "../../core/abort.ts";
import { ConnectionError, TimeoutError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WatchEvent } from "../../resources/watch-event.ts";
import type { Pod } from "../../types/core-v1.ts";
import { byFitness, isOver, isUsable, returnsByName, waitingReason } from "./pod-fitness.ts";
import { type ForwardTarget, type PodSelection, selectionOf, type TargetObject, targetEnd } from "./target.ts";

/** How often pods that cannot be watched are looked up, while one is waited for. */
const LOOK_AGAIN_MS = 1000;

/** What is told of the pods. */
export interface BackingPodsHandlers {
  /** Connections go to another pod from now on. */
  readonly onPod: (pod: Pod) => void;
  /** There is none at present. */
  readonly onWaiting: (reason: string) => void;
  /** There will be none any more; `reason` is a ConnectionError that says why. */
  readonly onGone: (reason: Error) => void;
}

/**
 * The pods behind what is forwarded, kept current by a watch: which one the next connection goes to. It stays the same
 * one while that is fit. Where pods cannot be watched, or no longer, they are looked up for each connection instead.
 */
export class BackingPods {
  /** Resolves when no watch is under way any more. */
  readonly ended: Promise<void>;
  readonly #target: ForwardTarget;
  readonly #handlers: BackingPodsHandlers;
  readonly #signal: AbortSignal;
  readonly #pods = new Map<string, Pod>();
  /** Known to the server as gone, before the watch has told. */
  readonly #distrusted = new Set<string>();
  readonly #waiters = new Set<() => void>();
  #object: TargetObject | undefined;
  #synced = false;
  #watched = true;
  #current: Pod | undefined;
  #told = "";
  /** What the object's end says: from then on nothing takes the place of the pods that are left. */
  #end: string | undefined;
  #gone: Error | undefined;
  #reselect: (selection: PodSelection) => void = () => {};

  /** @param signal ends the watches */
  constructor(target: ForwardTarget, handlers: BackingPodsHandlers, signal: AbortSignal) {
    this.#target = target;
    this.#handlers = handlers;
    this.#signal = signal;
    this.#object = target.object;
    this.ended = Promise.all([
      this.#follow(target.selection),
      target.object === undefined ? undefined : this.#followObject(target.objects, target.object),
    ]).then(() => undefined);
    signal.addEventListener("abort", () => this.#wake(), { once: true });
  }

  /** The object whose pods these are, as it is now. */
  get object(): TargetObject | undefined {
    return this.#object;
  }

  /** The pod that a connection would go to; undefined while there is none. */
  get current(): Pod | undefined {
    return this.#current;
  }

  /** The pod for the next connection; waits for one that runs. Throws TIMEOUT, or why there will be none. */
  async take(timeoutMs: number): Promise<Pod> {
    let late = false;
    const timer = this.#target.pods.timing.after(timeoutMs, () => {
      late = true;
      this.#wake();
    });
    try {
      for (;;) {
        if (this.#signal.aborted) throw abortError(this.#signal);
        if (!this.#watched) await this.#look();
        this.#choose();
        if (this.#gone !== undefined) throw this.#gone;
        if (this.#current !== undefined) return this.#current;
        if (late) throw this.#late(timeoutMs);
        const woken = new Promise<void>((resolve) => this.#waiters.add(resolve));
        const again = this.#watched ? undefined : this.#target.pods.timing.after(LOOK_AGAIN_MS, () => this.#wake());
        await woken;
        again?.cancel();
      }
    } finally {
      timer.cancel();
    }
  }

  /** Another fit pod than those that have been tried, for a connection that they did not take. */
  other(tried: ReadonlySet<string>): Pod | undefined {
    return this.#usable().find((pod) => !tried.has(uidOf(pod)));
  }

  /** The server does not know the pod any more: it is not taken again unless the watch shows it changed. */
  distrust(pod: Pod): void {
    this.#distrusted.add(uidOf(pod));
    this.#choose();
  }

  async #follow(first: PodSelection): Promise<void> {
    const { pods } = this.#target;
    let selection = first;
    try {
      for (;;) {
        const changed = new AbortController();
        this.#reselect = (next) => {
          if (JSON.stringify(next) === JSON.stringify(selection)) return;
          selection = next;
          changed.abort();
        };
        const signal = AbortSignal.any([this.#signal, changed.signal]);
        try {
          for await (const event of pods.watch({ ...selection, signal })) this.#note(event);
        } catch (error) {
          if (!changed.signal.aborted || this.#signal.aborted) throw error;
          this.#pods.clear();
          this.#synced = false;
        }
      }
    } catch {
      if (this.#signal.aborted) return;
      // What is wrong, a right or a log-in, each connection tells for itself, until it is mended.
      this.#watched = false;
      this.#wake();
    }
  }

  #note(event: WatchEvent<Pod>): void {
    if (event.type === "DESYNCED") return;
    if (event.type === "SYNCED") this.#synced = true;
    else {
      const pod = event.object;
      this.#distrusted.delete(uidOf(pod));
      if (event.type === "DELETED") this.#pods.delete(uidOf(pod));
      else this.#pods.set(uidOf(pod), pod);
      if (this.#target.object === undefined) this.#noteNamed(event.type, pod);
    }
    if (this.#synced) this.#wake();
  }

  /** Of a pod that is forwarded to by its name: whether another of that name can come. */
  #noteNamed(type: string, pod: Pod): void {
    if (returnsByName(pod)) return;
    if (type === "DELETED") this.#end = "it was deleted";
    else this.#end = isOver(pod) ? `it has ended (${pod.status?.phase})` : undefined;
  }

  async #followObject(objects: ResourceClient<TargetObject>, first: TargetObject): Promise<void> {
    const fields = { "metadata.name": first.metadata?.name ?? "" };
    try {
      for await (const { type, object } of objects.watch({ fields, signal: this.#signal })) {
        if (type === "DELETED") this.#end = "it was deleted";
        if (type !== "ADDED" && type !== "MODIFIED") {
          this.#wake();
          continue;
        }
        this.#object = object;
        this.#end = targetEnd(object);
        const selection = await selectionOf(objects, object, this.#signal);
        if (selection !== undefined) this.#reselect(selection);
        this.#wake();
      }
    } catch {
      // Who may not watch the object still has its pods; what matters of them is told by their own watch.
    }
  }

  /** The pods as they are now, where they cannot be watched. */
  async #look(): Promise<void> {
    const { pods, selection } = this.#target;
    const signal = this.#signal;
    const name = "fields" in selection ? selection.fields["metadata.name"] : undefined;
    const found = name === undefined ? await pods.list({ ...selection, signal }) : [await pods.get(name, { signal })];
    this.#pods.clear();
    for (const pod of found) this.#pods.set(uidOf(pod), pod);
    this.#distrusted.clear();
  }

  #usable(): Pod[] {
    return [...this.#pods.values()]
      .filter((pod) => isUsable(pod) && !this.#distrusted.has(uidOf(pod)))
      .sort(byFitness(this.#current));
  }

  #choose(): void {
    const [best] = this.#usable();
    const changed = best !== undefined && uidOf(best) !== uidOf(this.#current);
    this.#current = best;
    if (best !== undefined) {
      if (changed) this.#handlers.onPod(best);
      this.#told = "";
      return;
    }
    if (!this.#synced || this.#gone !== undefined) return;
    const left = [...this.#pods.values()].filter((pod) => !isOver(pod));
    if (this.#end !== undefined && left.length === 0) {
      this.#gone = goneError(this.#target.label, this.#end);
      this.#handlers.onGone(this.#gone);
      return;
    }
    const reason = waitingReason([...this.#pods.values()]);
    if (reason !== this.#told) this.#handlers.onWaiting(reason);
    this.#told = reason;
  }

  #wake(): void {
    this.#choose();
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }

  #late(timeoutMs: number): TimeoutError {
    const what = `waiting for a pod of ${this.#target.label} that runs`;
    const of = this.#target.object === undefined ? `waiting for ${this.#target.label} to run` : what;
    return new TimeoutError(`Timed out after ${timeoutMs / 1000} s ${of}: ${waitingReason([...this.#pods.values()])}`, {
      hint: "Look at the pods' state and events; podRunningTimeoutMs gives them longer.",
    });
  }
}

function goneError(label: string, why: string): ConnectionError {
  return new ConnectionError("CONNECTION_LOST", `Cannot go on forwarding ports of ${label}: ${why}`, {
    hint: label.startsWith("pods ")
      ? "Forward to what keeps its pods running, such as a service or a deployment: then the next pod takes over."
      : undefined,
  });
}

function uidOf(pod: Pod | undefined): string {
  return pod?.metadata?.uid ?? "";
}
