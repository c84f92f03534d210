import { abortError } from "../../core/abort.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { isApiError } from "../../errors.ts";
import type { ProgressTask, ShowProgress } from "../../resources/progress.ts";
import type { WatchEvent } from "../../resources/watch-event.ts";
import type { Job } from "../../types/batch-v1.ts";
import type { Pod } from "../../types/core-v1.ts";
import { ContainerLog, type LogSource, type ReadLine } from "./container-log.ts";
import { containerRun } from "./container-run.ts";
import { followContainer } from "./follow-container.ts";
import { LineMerge } from "./line-merge.ts";
import { laterContainers, logContainers } from "./log-containers.ts";
import type { LogOptions, LogStart } from "./log-options.ts";
import type { LogPods } from "./log-pods.ts";
import { PodView } from "./pod-view.ts";
import { requireRoom } from "./read-logs.ts";

/** How often a pod is looked at by those who may get it but not watch it. */
const POLL_MS = 3_000;

/**
 * The logs as they come, those of pods that come later included. Ends when nothing more can come: the containers of
 * named pods have ended for good, the owner has finished or is gone and its pods have ended.
 */
export async function* followLogs(
  selections: readonly LogPods[],
  options: LogOptions,
  start: LogStart,
  showProgress: ShowProgress,
): AsyncGenerator<readonly ReadLine[], void, undefined> {
  const { signal } = options;
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(abortError(signal));
  if (signal?.aborted === true) interrupt();
  else signal?.addEventListener("abort", interrupt, { once: true });
  const follower = new Follower(selections, { ...options, signal: stop.signal }, start, showProgress, stop.signal);
  try {
    follower.begin();
    for (let lines = await follower.lines.take(); lines !== undefined; lines = await follower.lines.take()) yield lines;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    stop.abort();
    await follower.settled();
  }
}

interface FollowedPod {
  readonly view: PodView;
  /** Those that are, or were, followed. */
  readonly containers: Set<string>;
  /** How many still are. */
  open: number;
}

class Follower {
  readonly lines: LineMerge<ReadLine>;
  readonly #selections: readonly LogPods[];
  readonly #options: LogOptions;
  readonly #start: LogStart;
  readonly #signal: AbortSignal;
  readonly #waits: Waits;
  /** By uid. */
  readonly #pods = new Map<string, FollowedPod>();
  readonly #open: Set<LogPods>;
  readonly #tasks: Promise<void>[] = [];

  constructor(
    selections: readonly LogPods[],
    options: LogOptions,
    start: LogStart,
    showProgress: ShowProgress,
    signal: AbortSignal,
  ) {
    this.lines = new LineMerge(signal);
    this.#selections = selections;
    this.#options = options;
    this.#start = start;
    this.#signal = signal;
    this.#open = new Set(selections);
    this.#waits = new Waits(showProgress, `logs of ${selections.map(({ label }) => label).join(", ")}`);
  }

  begin(): void {
    this.#waits.show();
    for (const selection of this.#selections) this.#run(() => this.#feed(selection));
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#tasks, this.lines.settled()]);
    this.#waits.end();
  }

  #run(work: () => Promise<void>): void {
    const task = work().catch((error: unknown) => {
      if (!this.#signal.aborted) this.lines.fail(error);
    });
    this.#tasks.push(task);
  }

  async #feed(selection: LogPods): Promise<void> {
    const present = new Map<string, Pod>();
    let synced = false;
    for await (const event of podEvents(selection, this.#signal)) {
      if (event.type === "DESYNCED") continue;
      if (event.type === "SYNCED") {
        if (!synced) await this.#beginWith(selection, [...present.values()]);
        synced = true;
        continue;
      }
      const pod = event.object;
      if (event.type === "DELETED") {
        present.delete(uidOf(pod));
        this.#pods.get(uidOf(pod))?.view.remove();
        this.#forget(pod);
      } else if (await selection.belongs(pod)) {
        if (synced) this.#show(pod, selection, {});
        else present.set(uidOf(pod), pod);
      }
    }
  }

  /** The present state is complete: what is wrong with it is told before anything is read. */
  async #beginWith(selection: LogPods, pods: readonly Pod[]): Promise<void> {
    const { name, owner } = selection;
    // The server says in its own words that there is no such pod.
    if (name !== undefined && pods.length === 0) await selection.pods.get(name, { signal: this.#signal });
    requireRoom(logContainers(pods, this.#options).length, this.#options);
    for (const pod of pods) this.#show(pod, selection, this.#start);
    if (name !== undefined) this.#end(selection);
    else if (owner !== undefined) this.#run(() => this.#watchOwner(selection, owner));
  }

  /** Takes up a pod, or what is new of it; `start` says where its logs begin. */
  #show(pod: Pod, selection: LogPods, start: LogStart): void {
    let followed = this.#pods.get(uidOf(pod));
    if (followed === undefined) {
      followed = { view: new PodView(pod), containers: new Set(), open: 0 };
      this.#pods.set(uidOf(pod), followed);
    } else followed.view.update(pod);
    for (const container of laterContainers(pod, this.#options)) {
      if (followed.containers.has(container)) continue;
      followed.containers.add(container);
      this.#follow(followed, container, selection, start);
    }
  }

  #follow(followed: FollowedPod, container: string, { pods }: LogPods, start: LogStart): void {
    requireRoom(this.lines.size + 1, this.#options);
    const { view } = followed;
    const { namespace = "default", name = "" } = view.pod.metadata ?? {};
    const source: LogSource = { namespace, pod: name, container };
    // What has not begun yet is read whole.
    const began = containerRun(view.pod, container).type === "run";
    const log = new ContainerLog(pods, source, this.#options, began ? start : {});
    const lines = followContainer(log, view, {
      timing: pods.timing,
      signal: this.#signal,
      onRetry: (error) => this.#options.onRetry?.({ ...source, error }),
      onWait: (reason) => this.#waits.tell(source, reason),
    });
    followed.open += 1;
    this.lines.add(lines, () => {
      this.#waits.over(source);
      followed.open -= 1;
      this.#forget(view.pod);
    });
  }

  /** A pod that is gone takes no memory once its logs have ended. */
  #forget(pod: Pod): void {
    const followed = this.#pods.get(uidOf(pod));
    if (followed?.view.gone === true && followed.open === 0) this.#pods.delete(uidOf(pod));
  }

  async #watchOwner(selection: LogPods, { client, name }: NonNullable<LogPods["owner"]>): Promise<void> {
    const signal = this.#signal;
    try {
      let seen = false;
      for await (const event of client.watch({ fields: { "metadata.name": name }, signal })) {
        if (event.type === "DESYNCED") continue;
        if (event.type === "DELETED" || (event.type === "SYNCED" && !seen) || isFinished(event.object)) break;
        seen = true;
      }
    } catch (error) {
      // Who may not watch the owner follows its pods all the same.
      if (isApiError(error) && error.httpStatus === 403) return;
      throw error;
    }
    // Pods that the other watch has not shown yet.
    for (const pod of await selection.pods.list({ ...selection.select, signal })) {
      if (await selection.belongs(pod)) this.#show(pod, selection, {});
    }
    this.#end(selection);
  }

  /** No more pods come of it. */
  #end(selection: LogPods): void {
    this.#open.delete(selection);
    if (this.#open.size === 0) this.lines.close();
  }
}

/** Says what is waited for while nothing can be read. */
class Waits {
  readonly #showProgress: ShowProgress;
  readonly #title: string;
  readonly #reasons = new Map<string, string>();
  readonly #reading = new Set<string>();
  #task: ProgressTask | undefined;

  constructor(showProgress: ShowProgress, title: string) {
    this.#showProgress = showProgress;
    this.#title = title;
  }

  tell({ namespace, pod, container }: LogSource, reason: string | undefined): void {
    const key = `${namespace}/${pod}/${container}`;
    if (reason === undefined) {
      this.#reasons.delete(key);
      this.#reading.add(key);
    } else this.#reasons.set(key, `pod ${pod} is waiting to start: ${reason}`);
    this.show();
  }

  over({ namespace, pod, container }: LogSource): void {
    this.#reasons.delete(`${namespace}/${pod}/${container}`);
    this.#reading.delete(`${namespace}/${pod}/${container}`);
    this.show();
  }

  show(): void {
    if (this.#reading.size > 0) {
      this.end();
      return;
    }
    const [first = "waiting for pods"] = this.#reasons.values();
    this.#task ??= this.#showProgress(this.#title);
    this.#task.update(this.#reasons.size > 1 ? `${first} (and ${this.#reasons.size - 1} more)` : first);
  }

  end(): void {
    this.#task?.end();
    this.#task = undefined;
  }
}

/** A watch of the pods; a named one is asked for again and again where it may not be watched. */
async function* podEvents(
  { pods, select, name }: LogPods,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<Pod>, void, undefined> {
  try {
    yield* pods.watch({ ...select, signal });
  } catch (error) {
    if (name === undefined || !isApiError(error) || error.httpStatus !== 403) throw error;
    let last = await pods.get(name, { signal });
    yield { type: "ADDED", object: last };
    yield { type: "SYNCED", object: { apiVersion: "v1", kind: "Pod", metadata: {} } };
    for (;;) {
      await pods.timing.sleep(POLL_MS, signal);
      const now = await pods.find(name, { signal });
      if (now === undefined || uidOf(now) !== uidOf(last)) {
        yield { type: "DELETED", object: last };
        return;
      }
      last = now;
      yield { type: "MODIFIED", object: now };
    }
  }
}

function isFinished(object: KubernetesObject): boolean {
  if (object.kind !== "Job") return false;
  return (
    (object as Job).status?.conditions?.some(
      ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
    ) === true
  );
}

function uidOf({ metadata }: Pod): string {
  return metadata?.uid ?? `${metadata?.namespace}/${metadata?.name}`;
}
