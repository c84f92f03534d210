import { AbortError, isKubescriptError } from "../errors.ts";

/** The error that an aborted signal stands for; a reason of the family (a TimeoutError, say) is kept as it is. */
export function abortError(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return isKubescriptError(reason) ? reason : new AbortError(undefined, { cause: reason });
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
    else signal.addEventListener("abort", interrupt, { once: true });
  });
  try {
    return await Promise.race([interrupted, work]);
  } finally {
    signal.removeEventListener("abort", interrupt);
  }
}
