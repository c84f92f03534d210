import { abortError, forMany, throwIfAborted } from "../core/abort.ts";
import { afterTime } from "../core/timer.ts";

/** Clock and chance, injected so that tests need neither. */
export interface Timing {
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Resolves after `ms`; rejects with AbortError as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `run` once after `ms` unless cancelled. */
  after(ms: number, run: () => void): { cancel(): void };
}

/** The process's own clock. */
export const systemTiming: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const interrupt = (): void => {
        timer.cancel();
        reject(abortError(signal));
      };
      const timer = afterTime(ms, () => {
        signal?.removeEventListener("abort", interrupt);
        resolve();
      });
      forMany(signal)?.addEventListener("abort", interrupt, { once: true });
    }),
  after: afterTime,
};
