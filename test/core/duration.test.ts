import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/core/duration.ts";
import { parseQuantity } from "../../src/core/quantity.ts";

describe("durations", () => {
  test.each([
    ["0", 0],
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["1.5h", 5_400_000],
    [".5s", 500],
    ["1.s", 1000],
    ["250ms", 250],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["5ns", 0.000005],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
    ["1w", 604_800_000],
    ["-1m", -60_000],
    ["+1m", 60_000],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBeCloseTo(ms, 9);
  });

  test.each(["", "5", "s", "1h 30m", "1x", "--1s", "1h30", "1..5s"])("%j is refused", (text) => {
    expect(() => parseDuration(text)).toThrow(/as a duration/);
  });

  test("what is written is read back", () => {
    const whole = fc.oneof(
      fc.integer({ min: -999, max: 999 }),
      fc.integer({ min: -1e6, max: 1e6 }).map((s) => s * 1000),
    );
    fc.assert(
      fc.property(whole, (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms + 0);
      }),
    );
  });
});

test("quantities as numbers, and bytes as text", () => {
  expect([parseQuantity("500m"), parseQuantity("1Gi"), parseQuantity("2e3"), parseQuantity(3)]).toEqual([
    0.5, 1_073_741_824, 2000, 3,
  ]);
  expect(() => parseQuantity("1GB")).toThrow(/as a quantity/);
});
