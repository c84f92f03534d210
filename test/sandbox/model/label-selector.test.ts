import { describe, expect, test } from "vitest";
import {
  isEmptySelector,
  labelSelectorIn,
  matchesLabels,
  matchesRequirement,
  matchesSelector,
} from "../../../src/sandbox/model/label-selector.ts";

const LABELS = { app: "web", tier: "2" };

describe("a label selector", () => {
  test("that is absent matches nothing, and an empty one everything", () => {
    expect(matchesSelector(undefined, LABELS)).toBe(false);
    expect(matchesSelector({}, LABELS)).toBe(true);
    expect(matchesSelector({}, undefined)).toBe(true);
    expect([undefined, {}, { matchLabels: {}, matchExpressions: [] }].every(isEmptySelector)).toBe(true);
    expect(isEmptySelector({ matchExpressions: [{ key: "app", operator: "Exists" }] })).toBe(false);
  });

  test("demands every label and every expression", () => {
    const expressions = [{ key: "tier", operator: "In", values: ["1", "2"] }];
    expect(matchesSelector({ matchLabels: { app: "web" }, matchExpressions: expressions }, LABELS)).toBe(true);
    expect(matchesSelector({ matchLabels: { app: "api" }, matchExpressions: expressions }, LABELS)).toBe(false);
    expect(matchesSelector({ matchLabels: { app: "web" }, matchExpressions: expressions }, { app: "web" })).toBe(false);
  });

  test("is read from a field only where that holds an object", () => {
    expect(labelSelectorIn({ matchLabels: { app: "web" } })).toEqual({ matchLabels: { app: "web" } });
    expect([undefined, null, "app=web", ["app"]].map(labelSelectorIn)).toEqual(Array(4).fill(undefined));
  });
});

test.each([
  ["In", ["web", "api"], true, false],
  ["NotIn", ["web", "api"], false, true],
  ["Exists", undefined, true, false],
  ["DoesNotExist", undefined, false, true],
  ["Resembles", ["web"], false, false],
])("the operator %s of %j holds with the label: %s, without: %s", (operator, values, withLabel, without) => {
  const requirement = { key: "app", operator, ...(values === undefined ? {} : { values }) };
  expect(matchesRequirement(requirement, LABELS)).toBe(withLabel);
  expect(matchesRequirement(requirement, {})).toBe(without);
});

test("Gt and Lt compare numbers, and never hold without the label", () => {
  const holds = (operator: string, value: string, labels: Record<string, string>): boolean =>
    matchesRequirement({ key: "tier", operator, values: [value] }, labels);
  expect([holds("Gt", "1", LABELS), holds("Gt", "2", LABELS), holds("Gt", "1", {})]).toEqual([true, false, false]);
  expect([holds("Lt", "10", LABELS), holds("Lt", "2", LABELS), holds("Lt", "10", {})]).toEqual([true, false, false]);
});

test.each(["constructor", "toString", "__proto__"])("the label %s exists only where an object has it", (key) => {
  expect(matchesRequirement({ key, operator: "Exists" }, LABELS)).toBe(false);
  expect(matchesRequirement({ key, operator: "DoesNotExist" }, LABELS)).toBe(true);
  const labels = JSON.parse(`{"${key}":"x"}`) as Record<string, string>;
  expect(matchesRequirement({ key, operator: "In", values: ["x"] }, labels)).toBe(true);
  expect(matchesLabels(labels, LABELS)).toBe(false);
  expect(matchesLabels(labels, labels)).toBe(true);
});
