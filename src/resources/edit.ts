import { isDeepStrictEqual } from "node:util";
import { isApiError } from "../errors.ts";
import type { Timing } from "./timing.ts";

/** First pause of a read-modify-write after a conflict; each further one is longer. */
const FIRST_PAUSE_MS = 10;

/** How {@link readModifyWrite} reaches the object. */
export interface ReadModifyWrite<T> {
  read(): Promise<T>;
  /** Returns the new object, or changes the copy it is given and returns nothing. */
  change(object: T): T | undefined | Promise<T | undefined>;
  write(object: T): Promise<T>;
  /** Attempts in all. */
  readonly tries: number;
  readonly timing: Timing;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads, changes and writes back; a conflict reads again, as client-go's RetryOnConflict does. An object that the
 * change left equal is not written.
 */
export async function readModifyWrite<T>({
  read,
  change,
  write,
  tries,
  timing,
  signal,
}: ReadModifyWrite<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await read();
    const copy = structuredClone(current);
    const returned: unknown = await change(copy);
    // An arrow such as `d => d.spec.replicas = 3` returns a number and means the copy.
    const changed = typeof returned === "object" && returned !== null ? (returned as T) : copy;
    if (isDeepStrictEqual(changed, current)) return current;
    try {
      return await write(changed);
    } catch (error) {
      if (!isApiError(error) || error.reason !== "Conflict" || attempt >= tries) throw error;
      await timing.sleep(FIRST_PAUSE_MS * attempt * (1 + 0.1 * timing.random()), signal);
    }
  }
}
