import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLabelSelector } from "../../../src/sandbox/http/label-selector.ts";

const LABELS = { app: "web", tier: "front", size: "5", empty: "" };

describe("a label selector", () => {
  it.each([
    ["", true],
    ["app=web", true],
    ["app==web,tier=front", true],
    ["app!=web", false],
    ["missing!=web", true],
    ["app", true],
    ["!app", false],
    ["!missing", true],
    ["app in (db, web)", true],
    ["app notin (db,web)", false],
    ["missing notin (db)", true],
    ["empty=", true],
    ["size>4,size<6", true],
    ["app>4", false],
  ])("%s", (text, selected) => {
    expect(parseLabelSelector(text)(LABELS)).toBe(selected);
  });

  it.each(["=", "a=b,", "a in b", "a in (b", "a b", "a>x", "-a=b"])("refuses %s", (text) => {
    expect(() => parseLabelSelector(text)).toThrow(
      expect.objectContaining({ status: expect.objectContaining({ code: 400 }) }),
    );
  });

  it("of any text either parses or says 400", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."ab=!,() <>innot".split("")) }), (text) => {
        try {
          parseLabelSelector(text)(LABELS);
        } catch (error) {
          expect(error).toMatchObject({ status: { code: 400, reason: "BadRequest" } });
        }
      }),
    );
  });
});
