/** The events of a process that tell of stray errors; a test passes its own emitter. */
export interface StraySource {
  on(event: "uncaughtException" | "unhandledRejection", listener: (error: unknown) => void): unknown;
  off(event: "uncaughtException" | "unhandledRejection", listener: (error: unknown) => void): unknown;
}

/** Rejects with the first stray error, until `done`. */
export interface Strays {
  readonly failure: Promise<never>;
  done(): void;
}

/** Catches errors that nothing waits for, thrown in a timer or left in a promise: they end a run as any other does. */
export function catchStrays(source: StraySource = process): Strays {
  let fail: (error: unknown) => void = () => undefined;
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined);
  source.on("uncaughtException", fail);
  source.on("unhandledRejection", fail);
  return {
    failure,
    done: () => {
      source.off("uncaughtException", fail);
      source.off("unhandledRejection", fail);
    },
  };
}
