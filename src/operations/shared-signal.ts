import { setMaxListeners } from "node:events";

/** The same signal for many calls at once: without the warning by which Node points at listeners that are forgotten. */
export function sharedSignal(signal: AbortSignal | undefined): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  const shared = AbortSignal.any([signal]);
  setMaxListeners(0, shared);
  return shared;
}
