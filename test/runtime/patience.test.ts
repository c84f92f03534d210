import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { GRACE_MS, patienceWith } from "../../src/runtime/patience.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test.each([
  ["a moment", false, 1000],
  ["nearly as long as the process has, where it tidies up,", true, GRACE_MS - 1000],
])("an interrupted run has %s to end", async (_, tidies, ms) => {
  const interrupt = new AbortController();
  const tidying = vi.fn();
  const patience = patienceWith(interrupt.signal, tidying);
  const over = vi.fn();
  patience.over.catch(over);
  await vi.advanceTimersByTimeAsync(GRACE_MS);
  // what was asked before is the run's own work
  patience.observe();
  interrupt.abort(new Error("Interrupted"));
  if (tidies) patience.observe();
  await vi.advanceTimersByTimeAsync(ms - 1);
  expect(over).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toHaveBeenCalledWith(interrupt.signal.reason);
  expect(tidying).toHaveBeenCalledTimes(tidies ? 1 : 0);
});

test("a loop that goes on asking is not taken for one that tidies up", async () => {
  const interrupt = new AbortController();
  const patience = patienceWith(interrupt.signal);
  const over = vi.fn();
  patience.over.catch(over);
  interrupt.abort(new Error("Interrupted"));
  for (let asked = 0; asked < 500; asked++) patience.observe();
  await vi.advanceTimersByTimeAsync(1000);
  for (let asked = 0; asked < 20; asked++) patience.observe();
  await vi.advanceTimersByTimeAsync(0);
  expect(over).not.toHaveBeenCalled();
  patience.observe();
  await vi.advanceTimersByTimeAsync(0);
  expect(over).toHaveBeenCalledWith(interrupt.signal.reason);
  patience.done();
});

test("one that was interrupted before it began is waited for too, and one that has ended keeps no timer", async () => {
  const patience = patienceWith(AbortSignal.abort(new Error("early")));
  expect(vi.getTimerCount()).toBe(1);
  patience.done();
  expect(vi.getTimerCount()).toBe(0);
});
