import type { Clock } from "../../model/clock.ts";

/** Keys to reconcile: each at most once in line, failures tried again later and later. */
export interface WorkQueue {
  add(key: string): void;
  /** Adds the key after `ms`; of several waits for one key the shortest holds. */
  addAfter(key: string, ms: number): void;
  close(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  /** Reconciles one key; what it throws puts the key back with a growing delay. */
  readonly handle: (key: string) => void;
  readonly onError?: (error: unknown, key: string) => void;
  /** From a key's coming to an empty queue to its handling. Default 0. */
  readonly latencyMs?: number;
  /** Handles a key as soon as the write that brought it is done, before the next request is read. Default false. */
  readonly atOnce?: boolean;
  /** First delay after a failure, doubled by each further one. Default 5. */
  readonly baseDelayMs?: number;
  /** Default 1000 s, as client-go's ItemExponentialFailureRateLimiter. */
  readonly maxDelayMs?: number;
}

/** Keys handled before other work of the process gets its turn. */
const BATCH = 64;

/** Failures in a row after which a key waits for its next event, as kube-controller-manager's controllers do. */
const MAX_RETRIES = 15;

/** A work queue that runs on the clock and holds no timer while it is empty. */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, handle, onError, latencyMs = 0, atOnce = false, baseDelayMs = 5, maxDelayMs = 1_000_000 } = options;
  const waiting = new Set<string>();
  const delayed = new Map<string, { at: number; cancel: () => void }>();
  const failures = new Map<string, number>();
  let cancelTurn: (() => void) | undefined;
  let closed = false;

  const enqueue = (key: string, ms: number): void => {
    if (closed) return;
    waiting.add(key);
    cancelTurn ??= atOnce && ms === 0 ? soon() : clock.schedule(ms, turn);
  };
  /**
   * The clock's turn, or the end of what runs now if that is earlier: even the shortest timer takes a millisecond, in
   * which a client on this machine has asked again.
   */
  const soon = (): (() => void) => {
    const cancel = clock.schedule(0, turn);
    queueMicrotask(() => {
      if (cancelTurn !== cancel) return;
      cancel();
      turn();
    });
    return cancel;
  };
  const add = (key: string): void => enqueue(key, latencyMs);

  const addAfter = (key: string, ms: number): void => {
    if (closed) return;
    if (ms <= 0) {
      add(key);
      return;
    }
    const at = clock.now() + ms;
    const pending = delayed.get(key);
    if (pending !== undefined) {
      if (pending.at <= at) return;
      pending.cancel();
    }
    const cancel = clock.schedule(ms, () => {
      delayed.delete(key);
      enqueue(key, 0);
    });
    delayed.set(key, { at, cancel });
  };

  const run = (key: string): void => {
    try {
      handle(key);
      failures.delete(key);
    } catch (error) {
      onError?.(error, key);
      const count = failures.get(key) ?? 0;
      if (count >= MAX_RETRIES) {
        failures.delete(key);
        return;
      }
      failures.set(key, count + 1);
      addAfter(key, Math.min(baseDelayMs * 2 ** count, maxDelayMs));
    }
  };

  function turn(): void {
    let left = BATCH;
    for (const key of waiting) {
      if (left-- === 0 || closed) break;
      waiting.delete(key);
      run(key);
    }
    cancelTurn = waiting.size > 0 && !closed ? clock.schedule(0, turn) : undefined;
  }

  return {
    add,
    addAfter,
    close() {
      closed = true;
      cancelTurn?.();
      for (const { cancel } of delayed.values()) cancel();
      waiting.clear();
      delayed.clear();
    },
  };
}
