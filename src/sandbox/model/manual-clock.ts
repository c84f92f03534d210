import type { Clock } from "./clock.ts";

/** A clock that stands still until it is moved: time for tests. */
export interface ManualClock extends Clock {
  /** Moves on by `ms`, running what falls due on the way in order of time, tasks that those add included. */
  advance(ms: number): void;
}

interface Entry {
  readonly at: number;
  readonly task: () => void;
}

/** `start` in milliseconds since the epoch. */
export function manualClock(start = 0): ManualClock {
  let now = start;
  /** In order of time, then of scheduling. */
  const entries: Entry[] = [];

  return {
    now: () => now,
    schedule(ms, task) {
      const entry: Entry = { at: now + Math.max(0, ms), task };
      const later = entries.findIndex((other) => other.at > entry.at);
      entries.splice(later < 0 ? entries.length : later, 0, entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (let next = entries[0]; next !== undefined && next.at <= end; next = entries[0]) {
        entries.shift();
        now = next.at;
        next.task();
      }
      now = end;
    },
  };
}
