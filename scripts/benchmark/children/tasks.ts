/** The tasks, each resolving to how much it worked on. Loading and the first handshake are over: one request was made. */
export interface Tasks {
  /** Every pod, in pages of 500. */
  list(): Promise<number>;
  /** 500 gets, 32 at a time. */
  gets(): Promise<number>;
  /** A watch's initial events until it is in sync. */
  watch?(): Promise<number>;
}

/** Runs `get` on 500 names, 32 at a time. */
export async function fiveHundred(get: (name: string) => Promise<unknown>): Promise<number> {
  const names = Array.from({ length: 500 }, (_, index) => `web-${String(index * 7).padStart(5, "0")}`);
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await get(name);
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return done;
}
