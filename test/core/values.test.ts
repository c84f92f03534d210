import fc from "fast-check";
import { expect, test } from "vitest";
import { humanDuration } from "../../src/core/human-duration.ts";
import { applyMergePatch, createMergePatch } from "../../src/core/merge-patch.ts";

test.each([
  [-5000, "<invalid>"],
  [-1500, "0s"],
  [0, "0s"],
  [119_999, "119s"],
  [125_000, "2m5s"],
  [120_000, "2m"],
  [200_000, "3m20s"],
  [11 * 60_000 + 5000, "11m"],
  [3 * 3_600_000, "3h"],
  [5 * 3_600_000 + 60_000, "5h1m"],
  [47 * 3_600_000, "47h"],
  [51 * 3_600_000, "2d3h"],
  [100 * 86_400_000, "100d"],
  [(365 * 2 + 20) * 86_400_000, "2y20d"],
  [365 * 9 * 86_400_000, "9y"],
  [-500, "0s"],
  [119_000, "119s"],
  [599_000, "9m59s"],
  [10_799_000, "179m"],
  [10_800_000, "3h"],
  [28_799_000, "7h59m"],
  [172_799_000, "47h"],
  [172_800_000, "2d"],
  [691_199_000, "7d23h"],
  [63_071_999_000, "729d"],
  [63_072_000_000, "2y"],
  [252_287_999_000, "7y364d"],
  [252_288_000_000, "8y"],
])("an age of %i ms is shown as %s", (ms, text) => {
  expect(humanDuration(ms)).toBe(text);
});

test("a merge patch made of two documents turns one into the other", () => {
  const withoutNull = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 3 }, fc.integer(), fc.string(), fc.array(tie("node"), { maxLength: 2 }), tie("object")),
    object: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("node"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  })).object as fc.Arbitrary<Record<string, unknown>>;
  fc.assert(
    fc.property(withoutNull, withoutNull, (before, after) => {
      expect(JSON.stringify(sorted(applyMergePatch(before, createMergePatch(before, after))))).toBe(
        JSON.stringify(sorted(after)),
      );
      expect(createMergePatch(after, after)).toEqual({});
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => [key, sorted(one)]);
}
