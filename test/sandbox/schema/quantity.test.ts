import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalQuantity, formatQuantity, parseQuantity } from "../../../src/sandbox/schema/quantity.ts";

describe("quantities", () => {
  it.each([
    ["0", "0"],
    ["0Mi", "0"],
    ["1000m", "1"],
    ["1500m", "1500m"],
    ["0.5", "500m"],
    [".5", "500m"],
    ["1024Mi", "1Gi"],
    ["1.5Gi", "1536Mi"],
    ["512", "512"],
    ["1000Ki", "1000Ki"],
    ["1e3", "1e3"],
    ["12E2", "1200"],
    ["-1k", "-1k"],
    ["1000k", "1M"],
    ["0.0000000001", "1n"],
    ["100u", "100u"],
    ["+5", "5"],
  ])("%s is %s", (text, canonical) => {
    expect(canonicalQuantity(text)).toBe(canonical);
  });

  it.each(["", "abc", "1 Gi", "1x", "--1", "1.2.3"])("%j is none", (text) => {
    expect(typeof parseQuantity(text)).toBe("string");
    expect(canonicalQuantity(text)).toBeUndefined();
  });

  it("keep their value in their canonical form", () => {
    const suffix = fc.constantFrom("", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "e3", "E-3");
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), suffix, (number, unit) => {
        const parsed = parseQuantity(`${number}${unit}`);
        if (typeof parsed === "string") throw new Error(parsed);
        const text = formatQuantity(parsed);
        expect(parseQuantity(text)).toMatchObject({ nano: parsed.nano });
        expect(canonicalQuantity(text)).toBe(text);
      }),
    );
  });
});
