import { isDeepStrictEqual } from "node:util";
import { nextTry } from "./next-try.ts";
import type { Timing } from "./timing.ts";

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
      await nextTry(error, attempt, { timing, tries, signal });
    }
  }
}
