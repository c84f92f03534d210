import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateJsonPath, formatJsonPath, parseJsonPath, relaxedJsonPath } from "../../src/core/jsonpath.ts";

const DATA = {
  kind: "List",
  items: [
    {
      kind: "None",
      metadata: { name: "127.0.0.1", labels: { "kubernetes.io/hostname": "a" } },
      status: { capacity: { cpu: "4" }, n: 1 },
    },
    { kind: "None", metadata: { name: "127.0.0.2" }, status: { capacity: { cpu: "8" }, n: 2, ready: true } },
  ],
  users: [
    { name: "myself", user: {} },
    { name: "e2e", user: { username: "admin", password: "secret" } },
  ],
};

describe("templates print as kubectl's", () => {
  test.each([
    ["kind is {.kind}", "kind is List"],
    ["{.kind}", "List"],
    ["{['kind']}", "List"],
    ["{$.kind}", "List"],
    ["{@.kind}", "List"],
    ["{..name}", "127.0.0.1 127.0.0.2 myself e2e"],
    ["{.items[*].metadata.name}", "127.0.0.1 127.0.0.2"],
    ["{.users[0].name}", "myself"],
    ["{.users[-1].name}", "e2e"],
    ["{.items[0:1].status.n}", "1"],
    ["{.items[-1:].status.n}", "2"],
    ["{.items[::2].status.n}", "1"],
    ["{.items[0,1].status.n}", "1 2"],
    ["{.items[*]['metadata.name', 'status.capacity']}", '127.0.0.1 127.0.0.2 {"cpu":"4"} {"cpu":"8"}'],
    ['{.users[?(@.name=="e2e")].user.password}', "secret"],
    ["{.users[?(@.name != 'e2e')].name}", "myself"],
    ["{.items[?(@.status.n>1)].metadata.name}", "127.0.0.2"],
    ["{.items[?(@.status.n<=1)].metadata.name}", "127.0.0.1"],
    ["{.items[?(@.status.ready==true)].metadata.name}", "127.0.0.2"],
    ["{.items[?(@.status.ready)].metadata.name}", "127.0.0.2"],
    ["{.items[?(@.metadata.labels['kubernetes\\.io/hostname']=='a')].status.n}", "1"],
    ["{.items[0].metadata.labels.kubernetes\\.io/hostname}", "a"],
    [
      "{range .items[*]}[{.metadata.name}, {.status.capacity}] {end}",
      '[127.0.0.1, {"cpu":"4"}] [127.0.0.2, {"cpu":"8"}] ',
    ],
    ['{range .items[*]}{.metadata.name}{"\\t"}{.status.n}{"\\n"}{end}', "127.0.0.1\t1\n127.0.0.2\t2\n"],
    ["{range .users[*]}{.name}:{range .user.*}<{@}>{end} {end}", "myself: e2e:<admin><secret> "],
    ["{.items[0].metadata.*}", '127.0.0.1 {"kubernetes.io/hostname":"a"}'],
    ["{.nothing.here}", ""],
    ["{.users[5].name}", ""],
    ["{.kind}{'/'}{.users[0].name}", "List/myself"],
    ["", ""],
  ])("%s", (template, expected) => {
    expect(formatJsonPath(template, DATA)).toBe(expected);
  });
});

test("a missing field, index or list is an error when asked for", () => {
  const strict = (path: string): unknown => evaluateJsonPath(parseJsonPath(path), DATA, { allowMissingKeys: false });
  expect(() => strict("{.nothing}")).toThrow(/"nothing" is not found/);
  expect(() => strict("{.users[5]}")).toThrow(/index 5 is out of a list of 2/);
  expect(() => strict("{.kind[0]}")).toThrow(/not a list/);
  expect(strict("{..password}")).toEqual([["secret"]]);
});

test.each([
  ["{.a", 4, /expected "}"/],
  ["{.a[0}", 4, /"\[" has no "\]"/],
  ["{range .a}", 11, /\{range\} has no \{end\}/],
  ["{end}", 6, /\{end\} has no \{range\}/],
  ["{a}", 2, /unexpected "a"/],
  ["{.a[x]}", 5, /"x" is neither/],
  ["{.a[?(@.b==c)]}", 5, /"c" is neither/],
  ['{.a[?(@.b=="x" && @.c=="y")]}', 5, /one comparison, without &&/],
  ['{.a[?(@.b || @.c=="y")]}', 5, /one comparison, without \|\|/],
  [`{.a[?(@.b=="x" "y")]}`, 4, /unexpected " "/],
  ["{.a[::0]}", 5, /must be above 0/],
  ['{"a}', 2, /has no end/],
])("%s is refused at position %i", (template, position, reason) => {
  expect(() => parseJsonPath(template)).toThrow(reason);
  expect(() => parseJsonPath(template)).toThrow(`position ${position}:`);
});

test("bare paths are put into braces", () => {
  expect(relaxedJsonPath("status.phase")).toBe("{.status.phase}");
  expect(relaxedJsonPath(".status.phase")).toBe("{.status.phase}");
  expect(relaxedJsonPath("{.a}")).toBe("{.a}");
});

test("any field is reached by its escaped name, and any index from either end", () => {
  const key = fc.string({ minLength: 1, unit: fc.constantFrom("a", ".", "/", "-", "b", "[", "]", " ", "@") });
  fc.assert(
    fc.property(key, fc.array(fc.nat(), { minLength: 1 }), fc.nat(), (name, list, pick) => {
      const index = pick % list.length;
      const escaped = name.replace(/[^\w-]/g, "\\$&");
      const data = { [name]: list };
      expect(evaluateJsonPath(parseJsonPath(`{.${escaped}[${index}]}`), data)).toEqual([[list[index]]]);
      expect(evaluateJsonPath(parseJsonPath(`{.${escaped}[${index - list.length}]}`), data)).toEqual([[list[index]]]);
    }),
  );
});
