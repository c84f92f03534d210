import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  difference,
  equalSets,
  type FieldSet,
  hasPath,
  intersection,
  parseFieldSet,
  pathsOf,
  recursiveDifference,
  setOf,
  sorted,
  union,
} from "../../../src/sandbox/ownership/field-set.ts";
import {
  type FieldPath,
  fieldElement,
  formatPath,
  keyElement,
  valueElement,
} from "../../../src/sandbox/ownership/path-element.ts";

const elements = fc.oneof(
  fc.constantFrom("a", "b", "c").map(fieldElement),
  fc.constantFrom("x", "y").map((name) => keyElement([["name", name]])),
  fc.constantFrom<unknown>(1, "1", true).map(valueElement),
);
const paths = fc.array(fc.array(elements, { minLength: 1, maxLength: 3 }), { maxLength: 8 });

/** The same operations on plain sets of paths. */
const texts = (list: readonly FieldPath[]): Set<string> => new Set(list.map((path) => JSON.stringify(path)));
const textsOf = (set: FieldSet): string[] => [...texts(pathsOf(set))].sort();

describe("a field set", () => {
  test("joins, cuts and subtracts as a set of paths", () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const [a, b] = [setOf(...left), setOf(...right)];
        const [plainA, plainB] = [texts(left), texts(right)];
        expect(textsOf(union(a, b))).toEqual([...new Set([...plainA, ...plainB])].sort());
        expect(textsOf(intersection(a, b))).toEqual([...plainA].filter((path) => plainB.has(path)).sort());
        expect(textsOf(difference(a, b))).toEqual([...plainA].filter((path) => !plainB.has(path)).sort());
      }),
    );
  });

  test("loses everything below a member of the other in a recursive difference", () => {
    fc.assert(
      fc.property(paths, paths, (left, right) => {
        const rest = pathsOf(recursiveDifference(setOf(...left), setOf(...right)));
        const covered = (path: FieldPath): boolean =>
          path.some((_element, index) => hasPath(setOf(...right), path.slice(0, index + 1)));
        const kept = left.filter((path) => !covered(path));
        expect([...texts(rest)].sort()).toEqual([...texts(kept)].sort());
      }),
    );
  });

  test("is read back from its JSON, whatever the order", () => {
    fc.assert(
      fc.property(paths, (list) => {
        const set = sorted(setOf(...list));
        const read = parseFieldSet(JSON.parse(JSON.stringify(set)));
        expect(read).toEqual(set);
        expect(equalSets(setOf(...[...list].reverse()), set)).toBe(true);
      }),
    );
  });

  test("is written with fields first, then items by key, then values by type", () => {
    const set = setOf(
      [valueElement("b")],
      [valueElement(true)],
      [valueElement(10)],
      [valueElement(9)],
      [keyElement([["port", 443]])],
      [keyElement([["port", 80]])],
      [fieldElement("z")],
      [fieldElement("a"), fieldElement("b")],
      [fieldElement("a")],
    );
    expect(JSON.stringify(sorted(set))).toBe(
      '{"f:a":{".":{},"f:b":{}},"f:z":{},"k:{\\"port\\":80}":{},"k:{\\"port\\":443}":{},"v:9":{},"v:10":{},"v:\\"b\\"":{},"v:true":{}}',
    );
  });

  test("escapes in keys what Go's JSON escapes", () => {
    expect(valueElement("<&>")).toBe('v:"\\u003c\\u0026\\u003e"');
  });

  test("names paths as conflict messages do", () => {
    const container = keyElement([
      ["containerPort", 80],
      ["protocol", "TCP"],
    ]);
    expect(formatPath([fieldElement("spec"), container, fieldElement("x"), valueElement("v"), "i:3"])).toBe(
      '.spec[containerPort=80,protocol="TCP"].x[="v"][3]',
    );
  });

  test.each([[null], [[]], [{ "f:a": 1 }], [{ a: {} }], [{ "k:no": {} }], [{ "v:{": {} }]])(
    "is not read from %j",
    (value) => {
      expect(parseFieldSet(value)).toBeUndefined();
    },
  );
});
