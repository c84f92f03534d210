import { abortError } from "../../core/abort.ts";
import type { KubernetesObject } from "../../core/object.ts";
import { KubescriptError, TimeoutError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { deadline, requireTimeLimit } from "../../resources/deadline.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ProgressTask } from "../../resources/progress.ts";
import { explainTrouble } from "./explain-trouble.ts";
import { type Judge, judgeOf } from "./judge.ts";
import { judgeNone, labelOf, Members } from "./members.ts";
import { pending } from "./verdict.ts";
import type { WaitFor } from "./wait-condition.ts";
import { countedOf, type Part, partOf, type WaitGroup } from "./wait-group.ts";
import { HopelessError, Waiting, type WaitProgress } from "./waiting.ts";

/** kubectl's own default. */
const WAIT_TIMEOUT_MS = 30_000;
const WEEK_MS = 7 * 24 * 3600 * 1000;

export interface WaitOptions extends CallScope {
  /** Default 30 000, for all objects together. 0 checks once; negative waits a week. */
  readonly timeoutMs?: number | undefined;
  /** Told at first and whenever an object changes. */
  readonly onProgress?: ((progress: WaitProgress) => void) | undefined;
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

/** Throws UsageError for a time-out that is none; unlike those of other work it may be negative, as kubectl's. */
export function requireWaitTime(timeoutMs: unknown): void {
  requireTimeLimit(typeof timeoutMs === "number" ? Math.abs(timeoutMs) : timeoutMs);
}

/** {@link waitForAll} by a judge of one's own. */
export async function runWait<T extends KubernetesObject>(
  groups: readonly WaitGroup<T>[],
  wanted: Judge,
  options: WaitOptions,
  within: WithinWork = {},
): Promise<T[]> {
  const { timeoutMs = WAIT_TIMEOUT_MS, signal } = options;
  requireWaitTime(timeoutMs);
  const [group] = groups;
  if (group === undefined) return [];
  const tried = group.client.storesNothing;
  const judge = tried ? hopeful(wanted) : wanted;
  const parts = await Promise.all(groups.map((one) => partOf(one)));
  const title = `waiting for ${countedOf(parts)(parts.length)} to ${judge.goal}`;
  const task = within.task ?? group.client.showProgress(title);
  const waiting = new Waiting<T>(judge, countedOf(parts), (progress) => {
    task.update(`${within.task === undefined ? "" : `${title}: `}${progressText(progress)}`);
    options.onProgress?.(progress);
  });
  const limit = deadline(group.client.timing, signal, limitOf(timeoutMs), () => LATE);
  let failure: { readonly error: unknown } | undefined;
  try {
    const once = timeoutMs === 0;
    // All end before this does: the first failure ends the others.
    await Promise.allSettled(
      parts.map(async (part) => {
        try {
          await (once ? check(part, waiting, limit.signal) : follow(part, waiting, limit.signal));
        } catch (error) {
          failure ??= { error };
          limit.end(error);
          throw error;
        }
      }),
    );
    if (failure === undefined && once && !tried && !waiting.isDone) failure = { error: LATE };
    if (failure !== undefined) {
      const error = limit.signal.reason === LATE ? LATE : failure.error;
      throw await explained(error, waiting, parts, within.toldMs ?? limitOf(timeoutMs), signal);
    }
    return waiting.all.flatMap(({ last }) => (last === undefined ? [] : [last]));
  } finally {
    limit.end();
    if (within.task === undefined) task.end();
  }
}

/** Where no write is stored, what a script waits for does not come: that it cannot come any more is no failure then. */
function hopeful({ goal, check }: Judge): Judge {
  return {
    goal,
    check: (object, first) => {
      const verdict = check(object, first);
      return verdict.type === "failed" ? pending(verdict.reason) : verdict;
    },
  };
}

/** Stands for the end of the time until the message is made. */
const LATE: TimeoutError = new TimeoutError("Timed out");

function limitOf(timeoutMs: number): number {
  return timeoutMs < 0 ? WEEK_MS : timeoutMs;
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
    if (members.areDone || (client.storesNothing && event.type === "SYNCED")) return;
  }
  throw abortError(signal);
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
  const lines = object === undefined || client === undefined ? [] : await explainTrouble(client, object, signal);
  const why = lines.map((line) => `\n  ${line}`).join("");
  if (late) return new TimeoutError(`Timed out after ${limitMs / 1000} s waiting for ${String(waiting)}${why}`);
  if (error instanceof HopelessError) return new KubescriptError("WAIT_FAILED", `${error.message}${why}`);
  return error;
}
