/** Time as the sandbox sees it: the real clock, a faster one, or one that a test moves by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once after `ms` of this clock's time; the function returned cancels it. */
  schedule(ms: number, task: () => void): () => void;
}

/** Wall time multiplied by `speed` (1 is real time). Its timers do not keep the process alive. */
export function wallClock(speed = 1): Clock {
  const origin = Date.now();
  return {
    now: () => (speed === 1 ? Date.now() : Math.floor(origin + (Date.now() - origin) * speed)),
    schedule(ms, task) {
      const timer = setTimeout(task, Math.min(ms / speed, 2 ** 31 - 1));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}

/** RFC 3339 in whole seconds, as `metav1.Time` is written. */
export function formatTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** RFC 3339 with microseconds, as `metav1.MicroTime` is written. */
export function formatMicroTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000Z`;
}
