import { UsageError } from "../../errors.ts";

/**
 * Refuses options that would do nothing beside the others, and so be left out without a word: at a prompt no compiler
 * does. `false` and `undefined` ask for nothing.
 * @param action what for, as in `run pods "web"`
 * @param why it does nothing, as in `it is not attached to`
 */
export function refuseIdle(
  action: string,
  options: object,
  names: readonly string[],
  why: string,
  hint?: string,
): void {
  const given = new Map(Object.entries(options));
  const idle = names.find((name) => given.get(name) !== undefined && given.get(name) !== false);
  if (idle !== undefined) throw new UsageError("USAGE", `Cannot ${action} with ${idle}: ${why}`, { hint });
}
