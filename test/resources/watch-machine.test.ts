import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  awaitsSync,
  initialWatchState,
  LONGEST_BACKOFF_MS,
  stepWatch,
  type WatchEffect,
  type WatchInput,
  type WatchState,
} from "../../src/resources/watch-machine.ts";

const error = new Error("x");
const transient = (at: number, retryAfterMs = 0): WatchInput => ({
  type: "failed",
  at,
  failure: { type: "transient", error, unreachable: false, retryAfterMs },
});

/** Steps through inputs; returns the last step's effects. */
function run(start: WatchState, inputs: readonly WatchInput[]): { state: WatchState; effects: readonly WatchEffect[] } {
  return inputs.reduce<{ state: WatchState; effects: readonly WatchEffect[] }>(
    (last, input) => stepWatch(last.state, input),
    {
      state: start,
      effects: [],
    },
  );
}

const watching = run(initialWatchState(false), [
  { type: "start" },
  { type: "page", resourceVersion: "5", more: false },
  { type: "opened" },
]).state;

describe("the watch machine", () => {
  test("doubles its pauses up to 30 s, and forgets after 2 minutes of health", () => {
    const pauses: number[] = [];
    let state = watching;
    let at = 0;
    for (let round = 0; round < 8; round += 1) {
      const failed = stepWatch(state, transient(at));
      for (const effect of failed.effects) if (effect.type === "wait") pauses.push(effect.backoffMs);
      state = run(failed.state, [{ type: "timer" }, { type: "opened" }]).state;
      at += 1000;
    }
    expect(pauses).toEqual([800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
    expect(stepWatch(state, transient(at + 120_000)).effects).toContainEqual({
      type: "wait",
      backoffMs: 800,
      atLeastMs: 0,
    });
  });

  test("honours Retry-After as the least pause", () => {
    expect(stepWatch(watching, transient(0, 7000)).effects).toContainEqual({
      type: "wait",
      backoffMs: 800,
      atLeastMs: 7000,
    });
  });

  test("pauses when the fresh version of a relist is expired again", () => {
    const expired = (at: number): WatchInput => ({ type: "failed", at, failure: { type: "expired", error } });
    const first = stepWatch(watching, expired(0));
    expect(first.effects.map(({ type }) => type)).toEqual(["desynced", "beginSnapshot", "list"]);
    const again = run(first.state, [{ type: "page", resourceVersion: "9", more: false }, expired(10)]);
    expect(again.effects.map(({ type }) => type)).toEqual(["desynced", "wait"]);
    expect(stepWatch(again.state, { type: "timer" }).effects.map(({ type }) => type)).toEqual([
      "beginSnapshot",
      "list",
    ]);
  });

  test.each<WatchInput>([
    { type: "change", resourceVersion: "6" },
    { type: "bookmark", resourceVersion: "6", initialEventsEnd: false },
    { type: "quiet" },
  ])("a watch resumed after a loss is in sync at its first sign of health: $type", (sign) => {
    const answered = run(watching, [transient(0), { type: "timer" }, { type: "opened" }]);
    expect(answered.effects).toEqual([]);
    expect(awaitsSync(answered.state)).toBe(true);
    const proven = stepWatch(answered.state, sign);
    expect(proven.effects).toEqual([{ type: "synced", resourceVersion: sign.type === "quiet" ? "5" : "6" }]);
    expect(awaitsSync(proven.state)).toBe(false);
    expect(stepWatch(proven.state, sign).effects).toEqual([]);
  });

  test("lists at once when a version has expired, however often the server could not be reached before", () => {
    const refused = [transient(0), { type: "timer" }, transient(9), { type: "timer" }] as const;
    const expired: WatchInput = { type: "failed", at: 20, failure: { type: "expired", error } };
    const listing = run(watching, [...refused, { type: "opened" }, expired]);
    expect(listing.effects.map(({ type }) => type)).toEqual(["beginSnapshot", "list"]);
    expect(stepWatch(listing.state, transient(30)).effects).toContainEqual({
      type: "wait",
      backoffMs: 800,
      atLeastMs: 0,
    });
  });

  test("what trying again cannot mend ends it, and later inputs change nothing", () => {
    const failed = stepWatch(watching, { type: "failed", at: 0, failure: { type: "permanent", error } });
    expect(failed.effects).toEqual([
      { type: "desynced", error },
      { type: "fail", error },
    ]);
    expect(stepWatch(failed.state, { type: "timer" })).toEqual({ state: failed.state, effects: [] });
  });

  test("never asks for two things at once, alternates SYNCED and DESYNCED, and waits no longer than 30 s", () => {
    const version = fc.nat(99).map(String);
    const at = fc.nat(1_000_000);
    const failure = fc.oneof(
      fc.constant({ type: "expired" as const, error }),
      fc.constant({ type: "unsupported" as const, error }),
      fc.record({
        type: fc.constant("transient" as const),
        error: fc.constant(error),
        unreachable: fc.boolean(),
        retryAfterMs: fc.nat(9),
      }),
    );
    const input: fc.Arbitrary<WatchInput> = fc.oneof(
      fc.record({ type: fc.constant("page" as const), resourceVersion: version, more: fc.boolean() }),
      fc.record({ type: fc.constant("opened" as const) }),
      fc.record({ type: fc.constant("quiet" as const) }),
      fc.record({ type: fc.constant("change" as const), resourceVersion: version }),
      fc.record({ type: fc.constant("bookmark" as const), resourceVersion: version, initialEventsEnd: fc.boolean() }),
      fc.record({ type: fc.constant("ended" as const), brief: fc.boolean(), at }),
      fc.record({ type: fc.constant("failed" as const), failure, at }),
      fc.record({ type: fc.constant("timer" as const) }),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.array(input, { maxLength: 30 }), (streams, inputs) => {
        let state = stepWatch(initialWatchState(streams), { type: "start" }).state;
        let synced = false;
        for (const one of inputs) {
          const step = stepWatch(state, one);
          const asked = step.effects.filter(({ type }) => ["list", "watch", "wait", "fail"].includes(type));
          expect(asked.length).toBeLessThanOrEqual(1);
          for (const effect of step.effects) {
            if (effect.type === "desynced") expect(synced).toBe(true);
            if (effect.type === "synced" && state.phase === "watching") expect(synced).toBe(false);
            if (effect.type === "synced" || effect.type === "desynced") synced = effect.type === "synced";
            if (effect.type === "wait") expect(effect.backoffMs).toBeLessThanOrEqual(LONGEST_BACKOFF_MS);
          }
          expect(step.state.synced).toBe(synced);
          state = step.state;
        }
      }),
    );
  });
});
