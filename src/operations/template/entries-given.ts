import { UsageError } from "../../errors.ts";

/**
 * What an object of names and values holds. Refuses an empty one, and kubectl's words: `["A=1"]` would be a variable
 * called 0.
 * @param what the action and its object
 * @param none what is said of nothing
 */
export function entriesGiven<V>(
  given: Readonly<Record<string, V>>,
  what: string,
  none: string,
  hint: string,
): [string, V][] {
  const isObject = typeof given === "object" && given !== null && !Array.isArray(given);
  const entries = isObject ? Object.entries(given) : [];
  if (entries.length > 0) return entries;
  // Not what it is: it may hold a password.
  const why =
    isObject || given === undefined
      ? none
      : `it takes an object, not ${Array.isArray(given) ? "an array" : typeof given}`;
  throw new UsageError("INVALID_INPUT", `Cannot ${what}: ${why}`, { hint });
}
