import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StatusError } from "../../../src/sandbox/model/status-error.ts";
import { applyJsonPatch } from "../../../src/sandbox/patch/json-patch.ts";
import { exchangeOf } from "../recordings.ts";

const UNTYPED = { schema: undefined, schemas: { resolve: <T>(schema: T): T => schema, named: () => undefined } };

const patched = (document: Record<string, unknown>, ...operations: unknown[]): unknown =>
  applyJsonPatch(document, operations, UNTYPED);

function refusal(document: Record<string, unknown>, patch: unknown): StatusError["status"] {
  try {
    applyJsonPatch(document, patch, UNTYPED);
  } catch (error) {
    if (error instanceof StatusError) return error.status;
    throw error;
  }
  throw new Error("the patch was applied");
}

describe("a JSON patch", () => {
  test("adds, replaces, removes, moves and copies", () => {
    const document = { a: 1, list: [1, 2], o: { x: "y" } };
    expect(
      patched(
        document,
        { op: "add", path: "/list/1", value: 9 },
        { op: "add", path: "/list/-", value: 3 },
        { op: "replace", path: "/a", value: 2 },
        { op: "copy", from: "/o", path: "/p" },
        { op: "move", from: "/o/x", path: "/o/z" },
        { op: "remove", path: "/list/-1" },
      ),
    ).toEqual({ a: 2, list: [1, 9, 2], o: { z: "y" }, p: { x: "y" } });
    expect(document).toEqual({ a: 1, list: [1, 2], o: { x: "y" } });
  });

  test("reads ~1 as a slash and ~0 as a tilde", () => {
    expect(patched({ "a/b": 1, "c~d": 1 }, { op: "remove", path: "/a~1b" }, { op: "remove", path: "/c~0d" })).toEqual(
      {},
    );
  });

  test("adds a key that replace names and the object lacks, as the server's library does", () => {
    expect(patched({}, { op: "replace", path: "/a", value: 1 })).toEqual({ a: 1 });
  });

  test("takes an absent value for null in a test", () => {
    expect(patched({ a: 1 }, { op: "test", path: "/nope", value: null })).toEqual({ a: 1 });
  });

  test("keeps __proto__ a plain key", () => {
    const result = patched({}, { op: "add", path: "/__proto__", value: { polluted: true } }) as { polluted?: boolean };
    expect(result.polluted).toBeUndefined();
    expect(Object.keys(result)).toEqual(["__proto__"]);
  });

  test.each([
    ["a failed test", [{ op: "test", path: "/a", value: 2 }]],
    ["an absent key to remove", [{ op: "remove", path: "/nope" }]],
    ["a missing parent", [{ op: "add", path: "/x/y", value: 1 }]],
    ["an index out of range", [{ op: "add", path: "/list/3", value: 1 }]],
    ["an index that is none", [{ op: "remove", path: "/list/first" }]],
    ["an unknown operation", [{ op: "merge", path: "/a", value: 1 }]],
    ["a missing path", [{ op: "remove" }]],
    ["the root to remove", [{ op: "remove", path: "" }]],
  ])("is refused for %s, without a reason", (_what, patch) => {
    const recorded = exchangeOf("patch", "json patch test fails").response.body;
    expect(refusal({ a: 1, list: [1] }, patch)).toEqual(recorded);
  });

  test("that is no list is not decoded", () => {
    expect(refusal({}, { op: "x" })).toEqual(exchangeOf("patch", "json patch not an array").response.body);
  });

  test("has at most 10,000 operations", () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: "test", path: "/a", value: 1 }));
    expect(refusal({ a: 1 }, patch)).toMatchObject({ code: 413, reason: "RequestEntityTooLarge" });
  });

  test("must leave an object", () => {
    expect(refusal({}, [{ op: "replace", path: "", value: [] }])).toMatchObject({ code: 422, reason: "Invalid" });
  });

  test("that adds and removes the same key changes nothing", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.jsonValue(), (document, key, value) => {
        fc.pre(!Object.hasOwn(document, key));
        const path = `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
        const result = patched(document, { op: "add", path, value }, { op: "remove", path });
        expect(JSON.stringify(result)).toBe(JSON.stringify(document));
      }),
    );
  });
});
