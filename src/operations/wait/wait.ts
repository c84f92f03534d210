import { abortError } from "../../core/abort.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import type { SelectorOptions } from "../../core/requests.ts";
import type { ApiResource } from "../../core/resource.ts";
import { KubescriptError, TimeoutError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { objectKey } from "../../resources/list.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ProgressTask } from "../../resources/progress.ts";
import { collectionNamespace, objectNamespace, requireName, scopeOf } from "../../resources/scope.ts";
import { refuseMisspelledSelectors } from "../../resources/selection.ts";
import { explainTrouble } from "./explain-trouble.ts";
import { type Judge, judgeOf } from "./judge.ts";
import type { WaitFor } from "./wait-condition.ts";
import { type AwaitedObject, HopelessError, Waiting, type WaitProgress } from "./waiting.ts";

/** kubectl's own default. */
export const WAIT_TIMEOUT_MS = 30_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

export interface WaitOptions extends CallScope {
  /** Default 30 000, for all objects together. 0 checks once; negative waits a week. */
  readonly timeoutMs?: number | undefined;
  /** Told at first and whenever an object changes. */
  readonly onProgress?: ((progress: WaitProgress) => void) | undefined;
}

/** Which objects of one resource: those named, or those that selectors choose. */
export type WaitSelection = { readonly names: readonly string[] } | SelectorOptions;

/** Objects of one resource that are waited for together with those of others. */
export interface WaitGroup<T extends KubernetesObject> {
  readonly client: ResourceClient<T>;
  readonly selection: WaitSelection;
  /** Instead of the client's. */
  readonly namespace?: string | undefined;
}

/**
 * Waits for one object and returns it in the state that was waited for, undefined when it was to be gone.
 * https://kubernetes.io/docs/reference/kubectl/generated/kubectl_wait/
 */
export async function waitForOne<T extends KubernetesObject>(
  client: ResourceClient<T>,
  name: string,
  condition: WaitFor<T>,
  options: WaitOptions = {},
): Promise<T | undefined> {
  const { namespace } = options;
  let gone = false;
  const judge = judgeOf(condition);
  const check: Judge["check"] = (object, first) => {
    gone = object === undefined || object.metadata?.uid !== first?.metadata?.uid;
    return judge.check(object, first);
  };
  const [last] = await runWait<T>([{ client, selection: { names: [name] }, namespace }], { ...judge, check }, options);
  return gone ? undefined : last;
}

/**
 * Waits until each of several objects has reached a condition, over one watch for each resource. Returns them in that
 * state, in the order of the names; what was to be gone as it was seen last, or not at all where it never was.
 */
export async function waitForAll<T extends KubernetesObject>(
  groups: readonly WaitGroup<T>[],
  condition: WaitFor<T>,
  options: WaitOptions = {},
): Promise<T[]> {
  return runWait(groups, judgeOf(condition), options);
}

/** A wait that is part of something longer. */
export interface WithinWork {
  /** The time limit as the caller knows it, where this is what is left of it. */
  readonly toldMs?: number | undefined;
  /** Shows the wait instead of a task of its own; not ended by it. */
  readonly task?: ProgressTask | undefined;
}

/** {@link waitForAll} by a judge of one's own. */
export async function runWait<T extends KubernetesObject>(
  groups: readonly WaitGroup<T>[],
  judge: Judge,
  options: WaitOptions,
  within: WithinWork = {},
): Promise<T[]> {
  const { timeoutMs = WAIT_TIMEOUT_MS, signal } = options;
  if (typeof timeoutMs !== "number" || Number.isNaN(timeoutMs))
    throw new UsageError("INVALID_INPUT", `Cannot wait to ${judge.goal}: timeoutMs is not a number`);
  const [group] = groups;
  if (group === undefined) return [];
  const parts = await Promise.all(groups.map((one) => partOf(one)));
  const title = `waiting for ${countedOf(parts)(parts.length)} to ${judge.goal}`;
  const task = within.task ?? group.client.showProgress(title);
  const waiting = new Waiting<T>(judge, countedOf(parts), (progress) => {
    task.update(`${within.task === undefined ? "" : `${title}: `}${progressText(progress)}`);
    options.onProgress?.(progress);
  });
  const over = new AbortController();
  const timer = timeoutMs === 0 ? undefined : group.client.timing.after(limitOf(timeoutMs), () => over.abort(LATE));
  const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  let failure: { readonly error: unknown } | undefined;
  try {
    const once = timeoutMs === 0;
    // All end before this does: the first failure ends the others.
    await Promise.allSettled(
      parts.map(async (part) => {
        try {
          await (once ? check(part, waiting, both) : follow(part, waiting, both));
        } catch (error) {
          failure ??= { error };
          over.abort(error);
          throw error;
        }
      }),
    );
    if (failure === undefined && once && !waiting.isDone) failure = { error: LATE };
    if (failure !== undefined) {
      const error = over.signal.reason === LATE ? LATE : failure.error;
      throw await explained(error, waiting, parts, within.toldMs ?? limitOf(timeoutMs), signal);
    }
    return waiting.all.flatMap(({ last }) => (last === undefined ? [] : [last]));
  } finally {
    timer?.cancel();
    over.abort();
    if (within.task === undefined) task.end();
  }
}

/** Stands for the end of the time until the message is made. */
const LATE: TimeoutError = new TimeoutError("Timed out");

function limitOf(timeoutMs: number): number {
  return timeoutMs < 0 ? WEEK_MS : timeoutMs;
}

/** A group whose resource is known, checked before the first request for its objects. */
interface Part<T extends KubernetesObject> extends WaitGroup<T> {
  readonly resource: ApiResource;
  /** Where one object's label has its namespace too. */
  readonly everywhere: boolean;
}

async function partOf<T extends KubernetesObject>(group: WaitGroup<T>): Promise<Part<T>> {
  const { client, selection } = group;
  const resource = await client.resource();
  const scope = scopeOf(client.scope, group.namespace);
  if ("names" in selection) {
    if (selection.names.length === 0) {
      throw new UsageError("INVALID_INPUT", `Cannot wait for ${groupResource(resource)}: no object is named`);
    }
    for (const name of selection.names) {
      requireName(resource, "wait for", name);
      objectNamespace(resource, scope, "wait for", name);
    }
  } else refuseMisspelledSelectors(resource, selection);
  const everywhere = resource.namespaced && collectionNamespace(resource, scope) === undefined;
  return { ...group, resource, everywhere };
}

/** `pods "web"`, `3 pods`, `5 objects`. */
function countedOf<T extends KubernetesObject>(parts: readonly Part<T>[]): (count: number) => string {
  const named = parts.flatMap(({ selection, resource }) =>
    "names" in selection ? selection.names.map((name) => `${resource.name} "${name}"`) : [],
  );
  const [part] = parts;
  const everyIsNamed = parts.every(({ selection }) => "names" in selection);
  if (everyIsNamed && named.length === 1) return () => named[0] ?? "";
  const noun = parts.length === 1 ? (part?.resource.name ?? "") : "objects";
  if (everyIsNamed) return () => `${named.length} ${noun}`;
  return (count) => (count <= 1 ? noun : `${count} ${noun}`);
}

function progressText({ done, total, waiting }: WaitProgress): string {
  const [first] = waiting.filter(({ progress }) => progress !== "");
  if (total === 1) return first?.progress ?? "";
  return `${done} of ${total}${first === undefined ? "" : `; ${first.object}: ${first.progress}`}`;
}

/** One look at the present state. */
async function check<T extends KubernetesObject>(
  part: Part<T>,
  waiting: Waiting<T>,
  signal: AbortSignal,
): Promise<void> {
  const { client, selection, namespace, resource } = part;
  if (!("names" in selection)) {
    const objects = await client.list({ ...selection, namespace, signal });
    for (const object of objects) waiting.see(waiting.add(labelOf(part, object), object.metadata?.name ?? ""), object);
    if (objects.length === 0) judgeNone(part, waiting);
    return;
  }
  for (const name of selection.names) {
    const awaited = waiting.add(`${resource.name} "${name}"`, name);
    waiting.see(awaited, await client.find(name, { namespace, signal }));
  }
}

/** Watches until every object of the part has been as wanted. */
async function follow<T extends KubernetesObject>(
  part: Part<T>,
  waiting: Waiting<T>,
  signal: AbortSignal,
): Promise<void> {
  const members = new Members(part, waiting);
  const { client, selection, namespace } = part;
  const only = "names" in selection && selection.names.length === 1 ? selection.names[0] : undefined;
  const selectors =
    only === undefined ? ("names" in selection ? {} : selection) : { fields: { "metadata.name": only } };
  for await (const event of client.watch({ ...selectors, namespace, signal })) {
    if (event.type === "DESYNCED") continue;
    if (event.type === "SYNCED") members.synced();
    else members.see(event.object, event.type === "DELETED");
    if (members.areDone) return;
  }
  throw abortError(signal);
}

/** Which of the objects that a watch shows are waited for. */
class Members<T extends KubernetesObject> {
  readonly #part: Part<T>;
  readonly #waiting: Waiting<T>;
  readonly #byKey = new Map<string, AwaitedObject<T>>();
  /** Names are waited for whatever becomes of them; what selectors choose comes and goes. */
  readonly #named: boolean;
  #synced = false;

  constructor(part: Part<T>, waiting: Waiting<T>) {
    this.#part = part;
    this.#waiting = waiting;
    const { selection, resource } = part;
    this.#named = "names" in selection;
    if (!("names" in selection)) return;
    for (const name of new Set(selection.names)) {
      this.#byKey.set(name, waiting.add(`${resource.name} "${name}"`, name));
    }
  }

  see(object: T, isGone: boolean): void {
    const key = this.#named ? (object.metadata?.name ?? "") : objectKey(object.metadata);
    let awaited = this.#byKey.get(key);
    if (awaited === undefined) {
      if (this.#named || isGone || (this.#synced && this.#holdsForNone())) return;
      awaited = this.#waiting.add(labelOf(this.#part, object), object.metadata?.name ?? "");
      this.#byKey.set(key, awaited);
    }
    if (isGone && !this.#named && !this.#holdsForNone()) {
      // Replaced by others that match, or no longer one of them.
      this.#byKey.delete(key);
      this.#waiting.drop(awaited);
    } else this.#waiting.see(awaited, isGone ? undefined : object);
  }

  /** Absence is only certain when the present state is complete. */
  synced(): void {
    this.#synced = true;
    for (const awaited of this.#byKey.values()) {
      if (awaited.first === undefined) this.#waiting.see(awaited, undefined);
    }
    if (this.#byKey.size === 0) judgeNone(this.#part, this.#waiting);
    this.#waiting.tell();
  }

  get areDone(): boolean {
    if (!this.#named && !this.#synced) return false;
    const all = [...this.#byKey.values()];
    if (!all.every(({ verdict }) => verdict.type === "done")) return false;
    return this.#named || all.length > 0 || this.#holdsForNone();
  }

  /** Whether it is absence that is waited for. */
  #holdsForNone(): boolean {
    return this.#waiting.judge.check(undefined, undefined).type === "done";
  }
}

/** Fails where nothing matches, unless it may still come or nothing is what was wanted. */
function judgeNone<T extends KubernetesObject>({ resource }: Part<T>, { judge }: Waiting<T>): void {
  if (judge.check(undefined, undefined).type !== "failed") return;
  throw new KubescriptError("WAIT_FAILED", `Cannot wait for ${resource.name} to ${judge.goal}: none matches`, {
    hint: "Check the selectors and the namespace; all(exists, …) waits for the first to come.",
  });
}

function labelOf<T extends KubernetesObject>({ resource, everywhere }: Part<T>, object: T): string {
  const { namespace = "", name = "" } = object.metadata ?? {};
  return `${resource.name} "${everywhere ? `${namespace}/` : ""}${name}"`;
}

/** The failure with what is known of its cause; an interruption as it is. */
async function explained<T extends KubernetesObject>(
  error: unknown,
  waiting: Waiting<T>,
  parts: readonly Part<T>[],
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const late = error === LATE;
  const awaited = late ? waiting.open : error instanceof HopelessError ? error.awaited : undefined;
  const object = awaited?.last;
  const client = parts.find(({ resource }) => resource.kind === object?.kind)?.client;
  const lines =
    object === undefined || client === undefined
      ? []
      : await explainTrouble(client as unknown as ResourceClient<KubernetesObject>, object, signal);
  const why = lines.map((line) => `\n  ${line}`).join("");
  if (late) return new TimeoutError(`Timed out after ${limitMs / 1000} s waiting for ${String(waiting)}${why}`);
  if (error instanceof HopelessError) return new KubescriptError("WAIT_FAILED", `${error.message}${why}`);
  return error;
}
