import { formatDuration } from "../core/duration.ts";
import { afterTime } from "../core/timer.ts";
import { AbortError, TimeoutError } from "../errors.ts";
import { EXIT } from "../runtime/exit-code.ts";

/** What may end a run from outside. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit code that tells why the signal was aborted; undefined while it is not. */
  exitCode(): number | undefined;
  done(): void;
}

/**
 * Aborts on SIGINT, SIGTERM and after a time limit. The run then ends by itself; a second SIGINT, or a run that goes
 * on for `graceMs`, ends the process at once.
 */
export function listenForInterruption(timeoutMs?: number | undefined, graceMs = 5000): Interruption {
  const controller = new AbortController();
  let code: number | undefined;
  const timers: { cancel(): void }[] = [];
  const stop = (exitCode: number, reason: Error): void => {
    if (code !== undefined) process.exit(code);
    code = exitCode;
    controller.abort(reason);
    const last = setTimeout(() => process.exit(exitCode), graceMs);
    last.unref();
    timers.push({ cancel: () => clearTimeout(last) });
  };
  const onInterrupt = (): void => stop(EXIT.interrupted, new AbortError("Interrupted"));
  const onTerminate = (): void => stop(EXIT.terminated, new AbortError("Terminated"));
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  if (timeoutMs !== undefined && timeoutMs > 0) {
    const late = new TimeoutError(`Timed out after ${formatDuration(timeoutMs)}`, {
      hint: "Allow more with --timeout.",
    });
    timers.push(afterTime(timeoutMs, () => stop(EXIT.timedOut, late)));
  }
  return {
    signal: controller.signal,
    exitCode: () => code,
    done: () => {
      for (const timer of timers) timer.cancel();
      process.off("SIGINT", onInterrupt);
      process.off("SIGTERM", onTerminate);
    },
  };
}
