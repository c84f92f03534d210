import { UsageError } from "../errors.ts";
import type { Timing } from "./timing.ts";

/** A caller's signal with an end of one's own. */
export interface Deadline {
  /** Aborted by the caller, when the time is up, or by `end`; its reason tells which. */
  readonly signal: AbortSignal;
  /** Ends what still heeds the signal and forgets the time. To be called on every way out. */
  end(reason?: unknown): void;
}

/**
 * Throws UsageError for a limit that is no length of time, which a timer would take for no time at all.
 * @param option what the limit was given as
 */
export function requireTimeLimit(limitMs: unknown, option = "timeoutMs"): void {
  if (limitMs === undefined || (typeof limitMs === "number" && limitMs >= 0)) return;
  const given = typeof limitMs === "string" ? JSON.stringify(limitMs) : String(limitMs);
  throw new UsageError("INVALID_INPUT", `Cannot wait for at most ${given} ms: that is no length of time`, {
    hint: `${option} takes milliseconds, as in { ${option}: 60_000 }.`,
  });
}

/**
 * A time limit for work that its caller may interrupt. Throws as {@link requireTimeLimit} does.
 * @param limitMs undefined or 0 for no limit
 * @param late the reason of the signal when the time is up, made only then
 */
export function deadline(
  timing: Timing,
  signal: AbortSignal | undefined,
  limitMs: number | undefined,
  late: () => unknown = () => undefined,
): Deadline {
  requireTimeLimit(limitMs);
  const own = new AbortController();
  const timer = limitMs === undefined || limitMs === 0 ? undefined : timing.after(limitMs, () => own.abort(late()));
  return {
    signal: signal === undefined ? own.signal : AbortSignal.any([signal, own.signal]),
    end: (reason) => {
      timer?.cancel();
      own.abort(reason);
    },
  };
}
