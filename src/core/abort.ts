import { setMaxListeners } from "node:events";
import { AbortError, isKubescriptError } from "../errors.ts";

/** The error that an aborted signal stands for; a reason of the family (a TimeoutError, say) is kept as it is. */
export function abortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return isKubescriptError(reason) ? reason : new AbortError(undefined, { cause: reason });
}

/**
 * The signal, as one that any number of calls may wait on at once. Node takes more than ten listeners on a signal for a
 * leak and prints a warning; whatever here listens to a caller's signal, or lends it to a library, takes it from this.
 */
export function forMany<S extends AbortSignal | undefined>(signal: S): S {
  if (signal instanceof EventTarget) setMaxListeners(0, signal);
  return signal;
}

/** Throws {@link abortError} once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw abortError(signal);
}

/** Settles as the work does; an abort ends this wait with {@link abortError}, whatever the work does then. */
export async function unlessAborted<T>(work: PromiseLike<T> | T, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  let interrupt = (): void => {};
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = () => reject(abortError(signal));
    if (signal.aborted) interrupt();
    else forMany(signal).addEventListener("abort", interrupt, { once: true });
  });
  try {
    return await Promise.race([interrupted, work]);
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}

/** Waits again and again under one signal. */
export interface RepeatedWait {
  /** As {@link unlessAborted}. One wait at a time. */
  wait<T>(work: PromiseLike<T>): Promise<T>;
  /** Leaves the signal. */
  release(): void;
}

/** {@link unlessAborted} for a loop: listens to the signal once, not once a turn. */
export function waitsUnlessAborted(signal: AbortSignal): RepeatedWait {
  let reject: (error: Error) => void = () => {};
  const interrupt = (): void => reject(abortError(signal));
  forMany(signal).addEventListener("abort", interrupt, { once: true });
  return {
    wait: (work) =>
      new Promise((resolve, fail) => {
        reject = fail;
        work.then(resolve, fail);
        if (signal.aborted) interrupt();
      }),
    release: () => signal.removeEventListener("abort", interrupt),
  };
}

/** How {@link endedOrAborted} treats work that goes on after the abort. */
export interface EndOptions {
  /** How long the work may take to end by itself. Default 100: nobody notices. */
  readonly graceMs?: number | undefined;
  /** Told when it fails after that. */
  readonly late?: ((error: unknown) => void) | undefined;
}

/**
 * As {@link unlessAborted}, but the work may say itself how it ended: a failure soon after the abort is kept, for it can
 * tell what was done and what was not.
 */
export async function endedOrAborted<T>(
  work: PromiseLike<T> | T,
  signal: AbortSignal,
  options: EndOptions = {},
): Promise<T> {
  try {
    return await unlessAborted(work, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    let over = false;
    const own = Promise.resolve(work).then(
      () => error,
      (reason: unknown) => {
        if (over) options.late?.(reason);
        return reason;
      },
    );
    const grace = new Promise((resolve) => setTimeout(resolve, options.graceMs ?? 100, error));
    const end = await Promise.race([own, grace]);
    over = true;
    throw end;
  }
}
