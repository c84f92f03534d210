import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyMergePatch } from "../../../src/sandbox/patch/merge-patch.ts";

const UNTYPED = { schema: undefined, schemas: { resolve: <T>(schema: T): T => schema, named: () => undefined } };

const merged = (document: Record<string, unknown>, patch: unknown): Record<string, unknown> =>
  applyMergePatch(document, patch, UNTYPED);

describe("a merge patch", () => {
  test.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("takes %j with %j to %j", (document, patch, result) => {
    expect(merged(document, patch)).toEqual(result);
  });

  test("drops nulls of new objects within lists too", () => {
    expect(merged({}, { list: [{ a: null, b: 1 }, null] })).toEqual({ list: [{ b: 1 }, null] });
  });

  test("must be an object", () => {
    expect(() => merged({}, [])).toThrow(
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  });

  test("has the same effect once and twice, and leaves its input alone", () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(objects, objects, (document, patch) => {
        const before = JSON.stringify(document);
        const once = merged(document, patch);
        expect(merged(once, patch)).toEqual(once);
        expect(JSON.stringify(document)).toBe(before);
      }),
    );
  });
});
