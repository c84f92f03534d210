import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addQuantities,
  compareQuantities,
  formatExactQuantity,
  parseExactQuantity,
} from "../../src/core/exact-quantity.ts";
import { humanDuration } from "../../src/core/human-duration.ts";
import { applyMergePatch, createMergePatch } from "../../src/core/merge-patch.ts";

describe("quantities", () => {
  test.each([
    ["0.5", "500m"],
    ["1500m", "1500m"],
    ["1000m", "1"],
    ["1Gi", "1Gi"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["512Ki", "512Ki"],
    ["0.5Ki", "512"],
    ["1000", "1k"],
    ["1e3", "1e3"],
    ["2E", "2E"],
    ["2E3", "2e3"],
    ["12345e-3", "12345e-3"],
    [".1n", "1n"],
    ["-.1n", "-1n"],
    ["+3", "3"],
    ["0Gi", "0"],
  ])("%s is written %s", (given, canonical) => {
    expect(formatExactQuantity(parseExactQuantity(given))).toBe(canonical);
  });

  test.each(["", "1GB", "Gi", "1 Gi", "--1", "1e999", "1.2.3"])("%j is refused", (text) => {
    expect(() => parseExactQuantity(text)).toThrow(/as a quantity/);
  });

  test("sums are exact and keep the first one's form", () => {
    expect(addQuantities("0.1", "0.2")).toBe("300m");
    expect(addQuantities("1Gi", "1G")).toBe("2073741824");
    expect(addQuantities("0", "1Ki")).toBe("1Ki");
    expect(addQuantities("9007199254740993", "1")).toBe("9007199254740994");
  });

  test("the canonical text means the same amount, and order agrees with sums", () => {
    const suffix = fc.constantFrom("n", "u", "m", "", "k", "M", "Ki", "Mi", "Gi", "e3", "e-2");
    const quantity = fc
      .tuple(fc.integer(), fc.nat(999), suffix)
      .map(([whole, part, unit]) => `${whole}.${part}${unit}`);
    fc.assert(
      fc.property(quantity, quantity, (a, b) => {
        expect(parseExactQuantity(formatExactQuantity(parseExactQuantity(a))).nano).toBe(parseExactQuantity(a).nano);
        expect(compareQuantities(a, b)).toBe(compareQuantities(addQuantities(a, "7"), addQuantities(b, "7")));
        expect(parseExactQuantity(addQuantities(a, b)).nano).toBe(parseExactQuantity(addQuantities(b, a)).nano);
      }),
    );
  });
});

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
