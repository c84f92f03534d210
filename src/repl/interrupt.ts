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

/** Settles as `work` does, or rejects with the signal's reason as soon as it is aborted, whatever `work` does then. */
export function race<T>(work: PromiseLike<T> | T, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    if (signal.aborted) {
      onAbort();
      Promise.resolve(work).catch(() => undefined);
      return;
    }
    signal.addEventListener("abort", onAbort, { once: true });
    Promise.resolve(work)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** Whether an error is how `vm` reports that Ctrl-C ended running code. */
export function isVmInterrupt(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
}
