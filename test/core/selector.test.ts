import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  fieldSelectorText,
  labelSelectorText,
  matchesLabels,
  parseFieldSelector,
  parseLabelSelector,
} from "../../src/core/selector.ts";

describe("label selectors", () => {
  test.each([
    ["app=web", [{ key: "app", operator: "=", values: ["web"] }]],
    ["app == web", [{ key: "app", operator: "=", values: ["web"] }]],
    [
      "a!=b , !c",
      [
        { key: "a", operator: "!=", values: ["b"] },
        { key: "c", operator: "!", values: [] },
      ],
    ],
    ["tier in (a, b,c)", [{ key: "tier", operator: "in", values: ["a", "b", "c"] }]],
    ["tier notin (a)", [{ key: "tier", operator: "notin", values: ["a"] }]],
    ["x.io/y", [{ key: "x.io/y", operator: "exists", values: [] }]],
    [
      "n>5,m<-2",
      [
        { key: "n", operator: "gt", values: ["5"] },
        { key: "m", operator: "lt", values: ["-2"] },
      ],
    ],
    ["a=", [{ key: "a", operator: "=", values: [""] }]],
    ["", []],
  ])("%s is read", (text, requirements) => {
    expect(parseLabelSelector(text)).toEqual(requirements);
  });

  test.each([
    ["app=web,", 9, /expected a label's key before the end/],
    ["app is web", 5, /"is" is not an operator/],
    ["app in web", 8, /expected "\("/],
    ["-a=b", 1, /"-a" is not a label's key/],
    ["a=b c", 5, /expected ","/],
    ["n>x", 3, /"x" is not an integer/],
    ["a=b!", 4, /expected ","/],
  ])("%s is refused at position %i", (text, position, reason) => {
    expect(() => parseLabelSelector(text)).toThrow(reason);
    expect(() => parseLabelSelector(text)).toThrow(`position ${position}:`);
  });

  test("objects become the server's text", () => {
    expect(labelSelectorText({ app: "web", tier: ["a", "b"] })).toBe("app=web,tier in (a,b)");
    expect(labelSelectorText({ matchLabels: { app: "web" } })).toBe("app=web");
    expect(
      labelSelectorText({
        matchExpressions: [
          { key: "a", operator: "In", values: ["1"] },
          { key: "b", operator: "DoesNotExist" },
        ],
      }),
    ).toBe("a in (1),!b");
    expect(labelSelectorText({})).toBeUndefined();
    expect(() => labelSelectorText({ matchExpressions: [{ key: "a", operator: "Is" }] })).toThrow(
      /"Is" is not an operator/,
    );
  });

  test("match as on the server: an absent label satisfies negations only", () => {
    expect(matchesLabels("a!=b", {})).toBe(true);
    expect(matchesLabels("a notin (b)", undefined)).toBe(true);
    expect(matchesLabels("a=b", {})).toBe(false);
    expect(matchesLabels("!toString", {})).toBe(true);
    expect(matchesLabels("n>5", { n: "6" })).toBe(true);
    expect(matchesLabels("n<5", { n: "6" })).toBe(false);
  });

  test("an object and its text select the same", () => {
    const key = fc.constantFrom("a", "b", "c");
    const value = fc.constantFrom("1", "2", "");
    const selector = fc.dictionary(key, fc.oneof(value, fc.uniqueArray(value, { minLength: 1 })));
    fc.assert(
      fc.property(selector, fc.dictionary(key, value), (wanted, labels) => {
        expect(matchesLabels(labelSelectorText(wanted) ?? "", labels)).toBe(matchesLabels(wanted, labels));
      }),
    );
  });
});

describe("field selectors", () => {
  test("are read with both operators and escapes", () => {
    expect(parseFieldSelector("metadata.name=x,status.phase!=Running")).toEqual([
      { field: "metadata.name", operator: "=", value: "x" },
      { field: "status.phase", operator: "!=", value: "Running" },
    ]);
  });

  test("any value survives being written and read", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", ",", "=", "\\", "!") }),
        fc.string({ unit: fc.constantFrom("b", ",", "\\") }),
        (a, b) => {
          const text = fieldSelectorText({ "x.a": a, "x.b": b })!;
          expect(parseFieldSelector(text).map(({ value }) => value)).toEqual([a, b]);
        },
      ),
    );
  });

  test("a text without an operator is refused with its place", () => {
    expect(() => parseFieldSelector("a=b,c")).toThrow(/position 5: "c" is not FIELD=VALUE/);
  });
});
