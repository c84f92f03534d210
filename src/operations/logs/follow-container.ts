import { throwIfAborted } from "../../core/abort.ts";
import { isApiError, isKubescriptError } from "../../errors.ts";
import type { Timing } from "../../resources/timing.ts";
import type { ContainerLog, ReadLine } from "./container-log.ts";
import { containerRun, isOver } from "./container-run.ts";
import type { PodView } from "./pod-view.ts";

/** What following stands on. */
export interface FollowSettings {
  readonly timing: Timing;
  readonly signal: AbortSignal;
  /** Told when the log cannot be read and is tried again. */
  onRetry(error: unknown): void;
  /** Told what is waited for before the container has run; undefined once it has. */
  onWait(reason: string | undefined): void;
}

/** How long a status may take to say that a container has ended whose log has. */
const STATUS_LAG_MS = 2_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * A container's log until it has ended for good or its pod is gone. It is waited for where it has not started; a lost
 * connection is made again; when the container restarts, what was not read of the run before is read before the next
 * one's. Throws ApiError where the log is refused.
 */
export async function* followContainer(
  log: ContainerLog,
  view: PodView,
  { timing, signal, onRetry, onWait }: FollowSettings,
): AsyncGenerator<ReadLine[], void, undefined> {
  const { container } = log.source;
  /** The run that was read to its end. */
  let done: string | undefined;
  /** The run before the present one, looked at. */
  let caughtUp: string | undefined;
  /** Whether runs that are over by now were to be read: the container had not begun when we did, or was being read. */
  let owed = false;
  let pauseMs = FIRST_PAUSE_MS;
  const pause = async (): Promise<void> => {
    await view.changed(signal, { timing, ms: pauseMs * (1 + timing.random() / 4) });
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  };
  while (!log.exhausted) {
    throwIfAborted(signal);
    const run = containerRun(view.pod, container);
    const settled = run.type === "waiting" || run.id === done;
    if (view.gone || (settled && isOver(view.pod, container))) return;
    if (settled) {
      if (run.type === "waiting") {
        owed = true;
        onWait(run.reason);
      }
      await view.changed(signal);
      continue;
    }
    onWait(undefined);
    const previous = owed && run.before !== undefined && run.before !== done && run.before !== caughtUp;
    owed = true;
    try {
      const rest = yield* log.read(previous ? { previous } : { follow: true }, signal);
      pauseMs = FIRST_PAUSE_MS;
      if (previous) {
        caughtUp = run.before;
        yield log.accept(rest);
        continue;
      }
      const reading = run.id;
      const ended = (): boolean => {
        const now = containerRun(view.pod, container);
        return view.gone || now.type !== "run" || now.id !== reading || now.ended;
      };
      if (!ended()) await view.changed(signal, { timing, ms: STATUS_LAG_MS });
      if (ended()) {
        yield log.accept(rest);
        done = reading;
      } else await pause();
    } catch (error) {
      throwIfAborted(signal);
      if (previous && isApiError(error) && error.httpStatus === 400) {
        // The node keeps no run before this one.
        caughtUp = run.before;
        continue;
      }
      if (isApiError(error) && error.httpStatus === 404) return;
      if (!isWorthAnotherTry(error)) throw error;
      onRetry(error);
      await pause();
    }
  }
}

/** What repetition mends: a lost connection, an overloaded server, a node that does not answer, a container that starts. */
export function isWorthAnotherTry(error: unknown): boolean {
  if (!isKubescriptError(error)) return false;
  if (error.name === "ConnectionError") return true;
  if (!isApiError(error)) return false;
  if (error.httpStatus === 400) return /is waiting to start|does not have a host assigned/.test(error.message);
  return error.httpStatus === 429 || error.httpStatus >= 500;
}
