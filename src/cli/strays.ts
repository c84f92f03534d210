import { UsageError } from "../errors.ts";

/** The events of a process that tell of stray errors; a test passes its own emitter. */
export interface StraySource {
  on(event: StrayEvent, listener: (error: unknown) => void): unknown;
  off(event: StrayEvent, listener: (error: unknown) => void): unknown;
}

type StrayEvent = "uncaughtException" | "unhandledRejection" | "beforeExit";

/** Rejects with the first stray error, until `done`. */
export interface Strays {
  readonly failure: Promise<never>;
  done(): void;
}

/**
 * Catches errors that nothing waits for, thrown in a timer or left in a promise: they end a run as any other does. So does
 * a wait that nothing under way can end, at which node would leave without a word.
 */
export function catchStrays(source: StraySource = process): Strays {
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined);
  const stuck = (): void =>
    fail(
      new UsageError("INVALID_INPUT", "Cannot go on: the code awaits what can no longer come", {
        hint: "No request, no stream and no timer is under way that could end the wait.",
      }),
    );
  source.on("uncaughtException", fail);
  source.on("unhandledRejection", fail);
  source.on("beforeExit", stuck);
  return {
    failure,
    done: () => {
      source.off("uncaughtException", fail);
      source.off("unhandledRejection", fail);
      source.off("beforeExit", stuck);
    },
  };
}
