import type { Clock } from "./clock.ts";

/** A clock that begins in the past and is moved by hand until it catches up with another, which it then follows. */
export interface HeadStartClock extends Clock {
  /** Lets so much time go by at once, at most up to the present; after {@link catchUp} nothing. */
  pass(ms: number): void;
  /** Lets the rest of the time until the present go by at once. From then on it is the clock it was made from. */
  catchUp(): void;
}

interface Entry {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that is `headStartMs` behind `base` until it catches up: what a cluster did before one came to it. */
export function headStartClock(base: Clock, headStartMs: number): HeadStartClock {
  let now = base.now() - headStartMs;
  let behind = true;
  /** In order of time, then of scheduling. */
  const entries: Entry[] = [];
  /** What was left at the end of the head start, as the base clock holds it. */
  const handedOver = new Map<Entry, () => void>();

  function runUntil(end: number): void {
    for (let next = entries[0]; next !== undefined && next.at <= end; next = entries[0]) {
      entries.shift();
      now = next.at;
      next.task();
    }
    now = end;
  }

  return {
    now: () => (behind ? now : base.now()),
    schedule(ms, task) {
      if (!behind) return base.schedule(ms, task);
      const entry: Entry = { at: now + Math.max(0, ms), task };
      const later = entries.findIndex((other) => other.at > entry.at);
      entries.splice(later < 0 ? entries.length : later, 0, entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index >= 0) entries.splice(index, 1);
        handedOver.get(entry)?.();
        handedOver.delete(entry);
      };
    },
    pass(ms) {
      if (behind) runUntil(Math.min(now + ms, base.now()));
    },
    catchUp() {
      if (!behind) return;
      runUntil(base.now());
      behind = false;
      for (const entry of entries.splice(0)) {
        const run = (): void => {
          handedOver.delete(entry);
          entry.task();
        };
        handedOver.set(entry, base.schedule(entry.at - now, run));
      }
    },
  };
}
