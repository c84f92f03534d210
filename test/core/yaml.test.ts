import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  formatYaml,
  formatYamlDocuments,
  parseYaml,
  parseYamlDocuments,
  parseYamlStream,
} from "../../src/core/yaml.ts";

describe("parseYaml", () => {
  test.each([
    ["0644", 420],
    ["0o17", 15],
    ["0x1F", 31],
    ["-0b11", -3],
    ["1_000", 1000],
    ["08", 8],
    ["yes", true],
    ["on", true],
    ["n", false],
    ["Off", false],
    ["~", null],
    ["1e3", 1000],
    [".5", 0.5],
    ["2024-01-02", "2024-01-02"],
    ["2024-01-02T03:04:05.123456Z", "2024-01-02T03:04:05.123456Z"],
    ["!!timestamp 2024-01-02", "2024-01-02"],
    ["12:30:45", "12:30:45"],
    ['"yes"', "yes"],
    ["!!str 0644", "0644"],
    ["!!float 1", 1],
    ["_1", "_1"],
    ["100m", "100m"],
  ])("reads %s as kubectl does", (text, value) => {
    expect(parseYaml(`a: ${text}\n`)).toEqual({ a: value });
  });

  test("merges << keys, an own key winning", () => {
    expect(parseYaml("base: &b {a: 1, b: 2}\nuse:\n  <<: *b\n  b: 3\n")).toEqual({
      base: { a: 1, b: 2 },
      use: { a: 1, b: 3 },
    });
  });

  test("reads JSON, and an empty text as undefined", () => {
    expect(parseYaml('{"a": [1, "x"]}')).toEqual({ a: [1, "x"] });
    expect(parseYaml("# nothing\n")).toBeUndefined();
  });

  test("refuses numbers that JSON does not have", () => {
    expect(() => parseYaml("a: .inf")).toThrow(/JSON has no such number/);
  });

  test("refuses several documents where one is asked for", () => {
    expect(() => parseYaml("a: 1\n---\nb: 2\n")).toThrow(/one document/);
  });

  test("an error names file, line, document and points at the place", () => {
    expect(() => parseYamlDocuments("# head\na: 1\n---\nb: [1\nc: 2\n", { file: "x.yaml" })).toThrow(
      /^Cannot read x\.yaml, line \d, column \d+ \(document 2\): .+\n {2}.*\n {2} *\^$/,
    );
  });
});

describe("streams", () => {
  test("empty documents are left out and positions kept", () => {
    expect(parseYamlStream("---\na: 1\n---\n# nothing\n---\nb: 2\n")).toEqual([
      { value: { a: 1 }, document: 1 },
      { value: { b: 2 }, document: 3 },
    ]);
  });

  test("formatted documents are read back in order", () => {
    const values = [{ a: 1 }, { b: ["---", "x"] }];
    expect(parseYamlDocuments(formatYamlDocuments(values))).toEqual(values);
  });
});

describe("formatYaml", () => {
  test("lays out as kubectl does and quotes what would be misread", () => {
    expect(formatYaml({ items: [{ a: "yes", mode: "0644" }], at: "2024-01-02", x: "y", gone: undefined })).toBe(
      'items:\n- a: "yes"\n  mode: "0644"\nat: "2024-01-02"\nx: "y"\n',
    );
  });

  test("can sort keys", () => {
    expect(formatYaml({ b: 1, a: { d: 1, c: 2 } }, { sortKeys: true })).toBe("a:\n  c: 2\n  d: 1\nb: 1\n");
  });

  test("what is written is read back unchanged", () => {
    const tricky = fc.constantFrom(
      "yes",
      "0644",
      "1_0",
      "1e3",
      "~",
      "<<",
      "0x1",
      "12:30:45",
      "-",
      "#a",
      "a: b",
      ".inf",
      "=",
    );
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), tricky);
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie("node"), { maxLength: 3 }),
        fc.dictionary(
          text.filter((key) => key !== "__proto__"),
          tie("node"),
          { maxKeys: 3 },
        ),
      ),
    })).node;
    fc.assert(
      fc.property(value, (one) => {
        expect(parseYamlDocuments(formatYaml({ one }))).toEqual([JSON.parse(JSON.stringify({ one }))]);
      }),
    );
  });
});
