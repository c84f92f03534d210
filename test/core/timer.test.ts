import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { afterTime } from "../../src/core/timer.ts";

const DAY_MS = 24 * 3600 * 1000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test.each([0, 1, 30_000, 24 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS])("%i ms are waited for to their end, once", (ms) => {
  const run = vi.fn();
  afterTime(ms, run);
  vi.advanceTimersByTime(Math.max(0, ms - 1));
  expect(run).toHaveBeenCalledTimes(ms === 0 ? 1 : 0);
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledTimes(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("Infinity never comes, and what is cancelled leaves nothing, however far it is", () => {
  const run = vi.fn();
  const timers = [afterTime(Number.POSITIVE_INFINITY, run), afterTime(60 * DAY_MS, run)];
  vi.advanceTimersByTime(40 * DAY_MS);
  for (const timer of timers) timer.cancel();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(100 * DAY_MS);
  expect(run).not.toHaveBeenCalled();
});
