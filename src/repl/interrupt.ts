import { AbortError } from "../errors.ts";

/** What an evaluation needs of the process; a test passes its own emitter. */
export interface SignalSource {
  on(event: "SIGINT", listener: () => void): unknown;
  off(event: "SIGINT", listener: () => void): unknown;
}

/** A signal that Ctrl-C aborts, until `done`. */
export interface Interrupt {
  readonly signal: AbortSignal;
  done(): void;
}

/** Begins to listen for Ctrl-C; a signal of the caller's own ends the same work. */
export function listenForInterrupt(source: SignalSource, parent?: AbortSignal): Interrupt {
  const controller = new AbortController();
  const onInterrupt = (): void => controller.abort(new AbortError("Interrupted"));
  source.on("SIGINT", onInterrupt);
  return {
    signal: parent === undefined ? controller.signal : AbortSignal.any([parent, controller.signal]),
    done: () => source.off("SIGINT", onInterrupt),
  };
}

/** Whether an error is how `vm` reports that Ctrl-C ended running code. */
export function isVmInterrupt(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}

/** An interruption that tells nothing more: operations that were under way say what they did, and have a hint. */
export function isBareInterruption(error: unknown): boolean {
  return error instanceof AbortError && error.hint === undefined;
}
