import { runInThisContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, SourceError } from "../../src/repl/compile.ts";
import { helpers } from "../../src/repl/rewrite.ts";

/** Runs what was compiled with helpers that answer at once, and returns the noted result. */
function run(source: string): unknown {
  const { code, declared } = compile(source, { name: "test" });
  for (const name of declared) if (!(name in globalThis)) Object.assign(globalThis, { [name]: undefined });
  let result: unknown;
  const names = Object.values(helpers).join(", ");
  const generator = runInThisContext(`(function* (${names}) {${code}\n})`).call(
    globalThis,
    (specifier: string) => ({ default: `default of ${specifier}`, named: `named of ${specifier}` }),
    (module: Record<string, unknown>, name: string) => module[name],
    (values: Iterable<unknown>) => steps(values),
    (value: unknown) => {
      result = value;
    },
    { url: "file:///here" },
  );
  let step = generator.next();
  while (!step.done) step = generator.next(step.value);
  return result;
}

function steps(values: Iterable<unknown>): object {
  const iterator = values[Symbol.iterator]();
  return {
    value: undefined,
    next: () => iterator.next(),
    step(result: IteratorResult<unknown>) {
      (this as { value: unknown }).value = result.value;
      return !result.done;
    },
    close: () => iterator.return?.(),
  };
}

describe("what the last expression gives", () => {
  test.each([
    ["1 + 1", 2],
    ["1; 2;", 2],
    ["'text'", "text"],
    ["undefined", undefined],
    ["let n = 1", undefined],
    ["({ a: 1 }).a", 1],
    ["await 3", 3],
    ["await 1 + 2 * await 3", 7],
    ["`@{await 1}-@{await 2}`".replaceAll("@", "$"), "1-2"],
    ["const f = (x: number): number => x * 2; f(4) // note", 8],
    ["(1 as unknown as number) satisfies number", 1],
    ["[1, 2].map<string>((n) => String(n)).join()", "1,2"],
    ["export default 5", 5],
    ["export const exported = 6; exported", 6],
    ["import.meta.url", "file:///here"],
    ["import thing, { named as other } from 'm'; thing + other", "default of mnamed of m"],
    ["early(); function early() { return 'hoisted'; }", "hoisted"],
    ["class K { static v = 1; m() { return K.v } } new K().m()", 1],
    ["enum Level { Low, High } Level.High", 1],
    ["var total = 0; for (var i = 0; i < 3; i++) total += i; total + i", 6],
    ["var seen = []; for (var v of [1, 2]) seen.push(v); seen.length + v", 4],
    ["var sum = 0; for await (const n of [1, 2, 3]) sum += n; sum", 6],
    ["var sum = 0; for await (const { n } of [{ n: 1 }, { n: 2 }]) sum += n; sum", 3],
    [
      "var sum = 0; outer: for await (const n of [1, 2, 3]) { for (;;) { if (n == 2) continue outer; break } sum += n } sum",
      4,
    ],
    ["var sum = 0; for await (const a of [1, 2]) for await (const b of [10, 20]) sum += a * b; sum", 90],
    ["var f2 = async () => { for await (const x of []) await x; }; typeof f2()", "object"],
    ["var { a, b: [c], ...rest } = { a: 1, b: [2], d: 3 }; a + c + rest.d", 6],
    ["function own() { var inner = 1; return inner } own()", 1],
  ])("%s", (source, expected) => {
    expect(run(source)).toEqual(expected);
  });

  test("an object literal is a value, a block is a block", () => {
    expect(run("{ a: 1 }")).toEqual({ a: 1 });
    expect(run("{ a: 1 };")).toBeUndefined();
  });

  test("assignments keep the names of functions and classes", () => {
    expect(run("const named = () => {}; named.name")).toBe("named");
    expect(run("class Named2 {} Named2.name")).toBe("Named2");
  });
});

test("names can be declared again in every form", () => {
  for (const form of ["const again = 1", "let again = 2", "function again() {}", "class again {}", "var again = 3"])
    run(form);
  expect(run("again")).toBe(3);
  expect(run("let again; again")).toBeUndefined();
});

test("declared names are told, those of functions and blocks are not", () => {
  const { declared } = compile(
    "const a = 1; let { b, c: [d] } = x; function e() { var no }; class F {}; { const nor = 1; var g } import h from 'm'",
    { name: "test" },
  );
  expect([...declared].sort()).toEqual(["F", "a", "b", "d", "e", "g", "h"]);
});

test("only code that awaits at its top level suspends", () => {
  expect(compile("const f = async () => { await 1 }", { name: "test" }).suspends).toBe(false);
  expect(compile("const x = await 1", { name: "test" }).suspends).toBe(true);
});

test("lines keep their numbers", () => {
  const source = "const a = 1;\nimport x from 'm';\nfor await (const\n y of\n z) {\n}\nlast";
  expect(
    compile(source, { name: "test" })
      .code.split("\n")
      .findIndex((line) => line.includes("last")),
  ).toBe(6);
});

describe("code that cannot be parsed", () => {
  test.each([
    "const x = ",
    "f(`abc",
    "/* note",
    "if (x) {",
    "[1,",
    "k8s.pods.",
    "a ??",
    "class A {",
    "const f = (x: number) => {",
  ])("%s may go on", (source) => {
    expect(failure(source).incomplete).toBe(true);
  });

  test.each(["const 1", "'abc", "a b", "}", "let x: = 1"])("%s is wrong for good", (source) => {
    expect(failure(source).incomplete).toBe(false);
  });

  test("names file, line, column and points at the place", () => {
    const error = failure("const ok = 1;\nconst bad = = 2;");
    expect(error.message).toBe('test:2:13: Unexpected "="\n  const bad = = 2;\n              ^');
    expect(error.code).toBe("SYNTAX");
  });
});

test("any sum of literals and awaits gives what JavaScript gives", () => {
  const term = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.boolean(), fc.constantFrom("+", "-", "*"));
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 6 }), (terms) => {
      const text = (waits: boolean): string =>
        terms.map(([n, wait, op], i) => `${i === 0 ? "" : op} ${waits && wait ? "await " : ""}(${n})`).join(" ");
      expect(run(text(true))).toBe(runInThisContext(text(false)));
    }),
    { numRuns: 50 },
  );
});

function failure(source: string): SourceError {
  try {
    compile(source, { name: "test" });
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
  throw new Error("parsed");
}
