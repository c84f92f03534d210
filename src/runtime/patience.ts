/** How long an interrupted run may take altogether. */
export const GRACE_MS = 10_000;

/** What an interrupted run has to end, unless it tidies up. */
const MOMENT_MS = 1000;

/** Requests that tidying up may still begin after that: a loop that heeds no signal begins more. */
const LATE_REQUESTS = 20;

/** How long a run that was interrupted is waited for. */
export interface Patience {
  /** Rejects with the reason of the abort once the run has had its time. */
  readonly over: Promise<never>;
  /** Told of every request of the run: what it asks of the cluster once it is interrupted is how it tidies up. */
  readonly observe: () => void;
  /** The run has ended. */
  done(): void;
}

/**
 * Waits for an interrupted run: a moment, and nearly {@link GRACE_MS} where it tidies up, which takes few requests.
 *
 * @param tidying told where it does after that moment
 */
export function patienceWith(signal: AbortSignal, tidying: () => void = () => {}): Patience {
  let tidies = false;
  let late: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let begin = (): void => {};
  let end = (): void => {};
  const over = new Promise<never>((_, reject) => {
    end = () => reject(signal.reason);
    begin = () => {
      timer = setTimeout(() => {
        if (!tidies) return end();
        late = 0;
        timer = setTimeout(end, GRACE_MS - 2 * MOMENT_MS);
        tidying();
      }, MOMENT_MS);
    };
  });
  over.catch(() => undefined);
  if (signal.aborted) begin();
  else signal.addEventListener("abort", begin, { once: true });
  return {
    over,
    observe: () => {
      tidies ||= signal.aborted;
      if (late !== undefined && ++late > LATE_REQUESTS) end();
    },
    done: () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", begin);
    },
  };
}
