import { isApiError, UsageError } from "../../errors.ts";
import type { Pod } from "../../types/core-v1.ts";
import { objectFor } from "../shared/object-for.ts";
import { ContainerLog, type ReadLine } from "./container-log.ts";
import { isWorthAnotherTry } from "./follow-container.ts";
import { explainRefusal, hasLog, logContainers, notStarted, type PodContainer } from "./log-containers.ts";
import type { LogOptions, LogStart } from "./log-options.ts";
import { type LogPods, READ } from "./log-pods.ts";
import { inOrder, sortedByTime } from "./read-order.ts";

/** A cut log is asked for again so often in a row. */
const TRIES = 5;
const PAUSE_MS = 250;
const AT_ONCE = 8;
/** Logs that are open together where all have to be. */
const MAX_OPEN = 200;

/** What there is of the logs by now, to its end. Containers that have none yet are left out where others have. */
export async function* readLogs(
  selections: readonly LogPods[],
  options: LogOptions,
  start: LogStart,
): AsyncGenerator<readonly ReadLine[], void, undefined> {
  const { signal, previous = false, sort = "pod" } = options;
  const found: (PodContainer & { readonly from: LogPods })[] = [];
  for (const from of selections) {
    const pods = await listed(from, signal);
    if (pods.length === 0) throw noPods(from);
    found.push(...logContainers(pods, options).map((one) => ({ ...one, from })));
  }
  const readable = found.filter((one) => hasLog(one, previous));
  // The status may lag behind: where it says that there is nothing at all, the server is asked, and tells why.
  const chosen = readable.length > 0 ? readable : found.slice(0, 1);
  const alone = chosen.length === 1;
  const sources = chosen.map((one) => () => readOne(one, options, start, alone));
  if (sort === "pod") {
    yield* inOrder(sources, options.maxConcurrentStreams ?? AT_ONCE);
    return;
  }
  requireRoom(sources.length, options);
  yield* sortedByTime(sources);
}

/** Refuses to open more logs together than is allowed. */
export function requireRoom(count: number, { maxConcurrentStreams = MAX_OPEN }: LogOptions): void {
  if (count <= maxConcurrentStreams) return;
  throw new UsageError("USAGE", `Cannot read ${count} logs at once: the limit is ${maxConcurrentStreams}`, {
    hint: `Choose fewer pods or containers, or raise it: { maxConcurrentStreams: ${count} }.`,
  });
}

async function listed({ pods, select, name, belongs }: LogPods, signal: AbortSignal | undefined): Promise<Pod[]> {
  if (name !== undefined) return [await objectFor(pods, READ, name, { signal })];
  const list = await pods.list({ ...select, signal });
  const own = await Promise.all(list.map((pod) => belongs(pod)));
  return list.filter((_, index) => own[index]);
}

function noPods({ label, owner }: LogPods): UsageError {
  const hint =
    owner === undefined
      ? "Check the labels and the namespace, or wait for pods with { follow: true }."
      : "Wait for pods with { follow: true }, or see why it has none: its events and its status tell.";
  return new UsageError("NOT_FOUND", `Cannot read the logs of ${label}: there are no pods`, { hint });
}

async function* readOne(
  chosen: PodContainer & { readonly from: LogPods },
  options: LogOptions,
  start: LogStart,
  alone: boolean,
): AsyncGenerator<ReadLine[], void, undefined> {
  const { pod, container, from } = chosen;
  const { signal, previous = false } = options;
  const { name = "", namespace = "default" } = pod.metadata ?? {};
  const log = new ContainerLog(from.pods, { namespace, pod: name, container }, options, start);
  let said = false;
  for (let tries = 1; ; tries += 1) {
    try {
      for (const reading = log.read({ previous }, signal); ; ) {
        const next = await reading.next();
        const lines = next.done === true ? log.accept(next.value) : next.value;
        said ||= lines.length > 0;
        yield lines;
        if (next.done === true) {
          // Of a pod that no node has taken, the server gives an empty log.
          if (!said && alone && !hasLog(chosen, false)) throw notStarted(chosen);
          return;
        }
        tries = 0;
      }
    } catch (error) {
      // Gone between the list and now: as if it had never been listed.
      if (!alone && isApiError(error) && error.httpStatus === 404) return;
      if (tries >= TRIES || !log.answered || isApiError(error) || !isWorthAnotherTry(error)) {
        throw explainRefusal(error, chosen);
      }
      await from.pods.timing.sleep(PAUSE_MS * 2 ** Math.max(0, tries), signal);
    }
  }
}
