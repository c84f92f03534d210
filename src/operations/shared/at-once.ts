import { throwIfAborted } from "../../core/abort.ts";

/**
 * Does work on each item in order, at most `limit` at once. After a failure or an abort nothing more is begun, what is
 * under way ends, and the first failure is thrown.
 */
export async function eachAtOnce<I>(
  items: readonly I[],
  limit: number,
  work: (item: I, index: number) => Promise<void>,
  signal?: AbortSignal | undefined,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    while (next < items.length && failure === undefined) {
      const index = next;
      next += 1;
      try {
        throwIfAborted(signal);
        await work(items[index] as I, index);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}
