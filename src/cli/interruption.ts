import type { Writable } from "node:stream";
import { formatDuration } from "../core/duration.ts";
import { afterTime } from "../core/timer.ts";
import { AbortError, TimeoutError } from "../errors.ts";
import { EXIT } from "../runtime/exit-code.ts";
import { GRACE_MS } from "../runtime/patience.ts";
import type { Terminal } from "./terminal.ts";

/** What may end a run from outside. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit code that tells why the signal was aborted; undefined while it is not. */
  exitCode(): number | undefined;
  done(): void;
}

/** The signals of a process; a test passes its own emitter. */
export interface Interrupter {
  on(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(event: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  exit(code: number): void;
}

export interface InterruptionOptions {
  /** Default none. */
  readonly timeoutMs?: number | undefined;
  /** Whose output may find that nobody reads it any more: `| head`. Default nobody's. */
  readonly terminal?: Pick<Terminal, "stdout" | "stderr"> | undefined;
  /** Default this process. */
  readonly source?: Interrupter;
}

/**
 * Aborts on SIGINT, SIGTERM, after a time limit, and when the reader of the output has gone. The run then ends by itself; a
 * SIGINT or SIGTERM after that, or a run that goes on for {@link GRACE_MS}, ends the process at once.
 */
export function listenForInterruption(options: InterruptionOptions = {}): Interruption {
  const { timeoutMs, terminal, source = process as Interrupter } = options;
  const controller = new AbortController();
  let code: number | undefined;
  let grace: NodeJS.Timeout | undefined;
  let limit: { cancel(): void } | undefined;
  const stop = (exitCode: number, reason: Error): void => {
    if (code !== undefined) return;
    code = exitCode;
    controller.abort(reason);
    grace = setTimeout(() => source.exit(exitCode), GRACE_MS).unref();
  };
  const onSignal = (exitCode: number, word: string) => (): void => {
    if (code !== undefined) source.exit(code);
    else stop(exitCode, new AbortError(word));
  };
  const onInterrupt = onSignal(EXIT.interrupted, "Interrupted");
  const onTerminate = onSignal(EXIT.terminated, "Terminated");
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code === "EPIPE") stop(EXIT.done, new AbortError("Nobody reads the output any more"));
  };
  const outputs: readonly Writable[] = terminal === undefined ? [] : [terminal.stdout, terminal.stderr];
  source.on("SIGINT", onInterrupt);
  source.on("SIGTERM", onTerminate);
  for (const output of outputs) output.on("error", onOutputError);
  if (timeoutMs !== undefined && timeoutMs > 0) {
    const late = new TimeoutError(`Timed out after ${formatDuration(timeoutMs)}`, {
      hint: "Allow more with --timeout.",
    });
    limit = afterTime(timeoutMs, () => stop(EXIT.timedOut, late));
  }
  return {
    signal: controller.signal,
    exitCode: () => code,
    done: () => {
      clearTimeout(grace);
      limit?.cancel();
      source.off("SIGINT", onInterrupt);
      source.off("SIGTERM", onTerminate);
      for (const output of outputs) output.off("error", onOutputError);
    },
  };
}
