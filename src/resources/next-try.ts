import { isApiError } from "../errors.ts";
import type { Timing } from "./timing.ts";

/** As client-go's DefaultRetry: how often in all, and how long at first. */
const TRIES = 5;
const FIRST_PAUSE_MS = 10;

export interface NextTryOptions {
  readonly timing: Timing;
  /** Attempts in all. Default 5. */
  readonly tries?: number | undefined;
  /** Whether the write may have been a create, to which another's of the same name is a conflict too. Default false. */
  readonly creates?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * After a write that may have come second to another's: waits for the next attempt, each time a little longer, or throws
 * the error where it is no conflict or the attempts are used up.
 * @param tried attempts so far
 */
export async function nextTry(
  error: unknown,
  tried: number,
  { timing, tries = TRIES, creates = false, signal }: NextTryOptions,
): Promise<void> {
  if (tried >= tries || !isApiError(error)) throw error;
  if (error.reason !== "Conflict" && !(creates && error.reason === "AlreadyExists")) throw error;
  await timing.sleep(FIRST_PAUSE_MS * tried * (1 + 0.1 * timing.random()), signal);
}
