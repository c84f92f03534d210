import { abortError, throwIfAborted, unlessAborted } from "../../core/abort.ts";
import { AbortError, UsageError } from "../../errors.ts";
import type { ListOptions } from "../../resources/options.ts";
import type { ShowProgress } from "../../resources/progress.ts";
import { limiter } from "./limiter.ts";
import { type AcrossResult, AcrossResults, placeOf } from "./results.ts";
import {
  type AcrossNamespaces,
  type AcrossPlan,
  type AcrossTarget,
  type AcrossTargets,
  planAcross,
} from "./targets.ts";

export interface AcrossOptions {
  /** Places worked in at once. Default 5. */
  readonly concurrency?: number | undefined;
  /** Ends the work everywhere; then it throws an AbortError that says where it was done. */
  readonly signal?: AbortSignal | undefined;
}

/** A handle as the work gets it. */
export interface AcrossHandle<H> {
  in(namespace: string): H;
  under(signal: () => AbortSignal): H;
  resource(name: string): { list(options?: ListOptions): Promise<readonly { metadata?: { name?: string } }[]> };
}

/** The clusters that can be gone to. */
export interface Fleet<H> {
  readonly contexts: readonly string[];
  /** The cluster that the call was made on. */
  readonly here: H;
  readonly showProgress: ShowProgress;
  /** A handle on a context with connections of its own, none of which is made yet. Throws ConfigError. */
  open(context: string): { readonly handle: H; close(): Promise<void> };
}

/** Does the same in several places, at most so many at once; what fails in one place harms no other. */
export async function across<H extends AcrossHandle<H>, T>(
  fleet: Fleet<H>,
  targets: AcrossTargets,
  work: (k8s: H, target: AcrossTarget) => T | Promise<T>,
  options: AcrossOptions = {},
): Promise<AcrossResults<T>> {
  const { concurrency = 5, signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new UsageError("INVALID_INPUT", `Cannot go across clusters: concurrency is ${concurrency}`, {
      hint: "It is a whole number from 1.",
    });
  }
  if (typeof work !== "function") {
    throw new UsageError("INVALID_INPUT", "Cannot go across clusters: there is no function to call in each", {
      hint: 'Write k8s.across("*", (k8s) => k8s.nodes.list()).',
    });
  }
  const plan = planAcross(targets, fleet.contexts);
  throwIfAborted(signal);
  const run = new AcrossRun(fleet, plan, work, concurrency, signal);
  return new AcrossResults(await run.results());
}

/** One call of {@link across}. */
class AcrossRun<H extends AcrossHandle<H>, T> {
  readonly #fleet: Fleet<H>;
  readonly #plan: AcrossPlan;
  readonly #work: (k8s: H, target: AcrossTarget) => T | Promise<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #limit: <R>(one: () => Promise<R>) => Promise<R>;
  readonly #done: AcrossTarget[] = [];
  #planned = 0;
  #update: () => void = () => {};

  constructor(
    fleet: Fleet<H>,
    plan: AcrossPlan,
    work: (k8s: H, target: AcrossTarget) => T | Promise<T>,
    concurrency: number,
    signal: AbortSignal | undefined,
  ) {
    this.#fleet = fleet;
    this.#plan = plan;
    this.#work = work;
    this.#signal = signal;
    this.#limit = limiter(concurrency);
  }

  async results(): Promise<AcrossResult<T>[]> {
    const { contexts, namespaces } = this.#plan;
    const what = namespaces === undefined ? "contexts" : "namespaces";
    const task = this.#fleet.showProgress("across");
    this.#update = () => task.update(`${this.#done.length} of ${this.#planned} ${what}`);
    try {
      if (contexts === undefined) return await this.#inCluster({}, this.#fleet.here);
      const all = await settled(contexts.map((context) => this.#inContext(context)));
      return all.flat();
    } catch (error) {
      throw this.#explained(error);
    } finally {
      task.end();
    }
  }

  async #inContext(context: string): Promise<AcrossResult<T>[]> {
    const target = { context };
    let opened: ReturnType<Fleet<H>["open"]>;
    try {
      opened = this.#fleet.open(context);
    } catch (error) {
      return [{ ...target, ok: false, error }];
    }
    try {
      return await this.#inCluster(target, opened.handle);
    } finally {
      await opened.close();
    }
  }

  async #inCluster(target: AcrossTarget, own: H): Promise<AcrossResult<T>[]> {
    const signal = this.#signal;
    const k8s = signal === undefined ? own : own.under(() => signal);
    const { namespaces } = this.#plan;
    if (namespaces === undefined) return [await this.#inPlace(target, k8s)];
    let names: readonly string[];
    try {
      names = await this.#limit(() => this.#listed(k8s, namespaces));
    } catch (error) {
      throwIfAborted(signal);
      return [{ ...target, ok: false, error }];
    }
    return settled(names.map((namespace) => this.#inPlace({ ...target, namespace }, k8s.in(namespace))));
  }

  async #listed(k8s: H, namespaces: AcrossNamespaces): Promise<readonly string[]> {
    if (Array.isArray(namespaces)) return namespaces;
    throwIfAborted(this.#signal);
    const selection = namespaces === "*" ? {} : (namespaces as Exclude<AcrossNamespaces, string | readonly string[]>);
    const list = await k8s.resource("namespaces").list({ ...selection, signal: this.#signal });
    return list.map(({ metadata }) => metadata?.name ?? "");
  }

  async #inPlace(target: AcrossTarget, k8s: H): Promise<AcrossResult<T>> {
    this.#planned += 1;
    this.#update();
    return this.#limit(async () => {
      throwIfAborted(this.#signal);
      try {
        const value = await unlessAborted((async () => this.#work(k8s, target))(), this.#signal);
        return { ...target, ok: true, value };
      } catch (error) {
        throwIfAborted(this.#signal);
        return { ...target, ok: false, error };
      } finally {
        if (this.#signal?.aborted !== true) this.#done.push(target);
        this.#update();
      }
    });
  }

  #explained(error: unknown): unknown {
    if (this.#signal?.aborted !== true) return error;
    const reason = abortError(this.#signal);
    if (!(reason instanceof AbortError)) return reason;
    const where = this.#done.length === 0 ? "" : `: ${this.#done.map(placeOf).join(", ")}`;
    return new AbortError(`Interrupted after ${this.#done.length} of ${this.#planned} places were done${where}`, {
      cause: reason,
      hint: "What was under way elsewhere may have been done in part.",
    });
  }
}

/** All results once every one has ended, so that nothing goes on behind the first error. */
async function settled<R>(works: readonly Promise<R>[]): Promise<R[]> {
  const all = await Promise.allSettled(works);
  return all.map((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value;
  });
}
