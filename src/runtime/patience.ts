/** How long an interrupted run may take altogether. */
export const GRACE_MS = 10_000;

/** What an interrupted run has to end, unless it tidies up. */
const MOMENT_MS = 1000;

/** How long a run that was interrupted is waited for. */
export interface Patience {
  /** Rejects with the reason of the abort once the run has had its time. */
  readonly over: Promise<never>;
  /** The run has ended. */
  done(): void;
}

/**
 * Waits for an interrupted run: a moment, and nearly {@link GRACE_MS} where it tidies up.
 *
 * @param tidies asked after that moment
 */
export function patienceWith(signal: AbortSignal, tidies: () => boolean): Patience {
  let timer: NodeJS.Timeout | undefined;
  let begin = (): void => {};
  const over = new Promise<never>((_, reject) => {
    const end = (): void => reject(signal.reason);
    begin = () => {
      timer = setTimeout(() => {
        if (tidies()) timer = setTimeout(end, GRACE_MS - 2 * MOMENT_MS);
        else end();
      }, MOMENT_MS);
    };
  });
  over.catch(() => undefined);
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return {
    over,
    done: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", begin);
    },
  };
}
