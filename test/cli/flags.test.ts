import { expect, test } from "vitest";
import { CLUSTER_FLAGS, connectionFlags, OUTPUT_FLAG, parseFlags, splitScriptFlags } from "../../src/cli/flags.ts";
import { CONNECTION_FLAGS } from "../../src/config/connection-flags.ts";
import { nearest } from "../../src/core/nearest.ts";

const flags = [OUTPUT_FLAG, ...CLUSTER_FLAGS, ...CONNECTION_FLAGS];

test("flags may stand anywhere and take their forms", () => {
  const parsed = parseFlags(["-n", "web", "code", "--as=me", "--as-group", "a", "--as-group=b", "-ojson", "--trace"], {
    flags,
  });
  expect(parsed.positionals).toEqual(["code"]);
  expect(connectionFlags(parsed.values)).toEqual({ namespace: "web", as: "me", asGroups: ["a", "b"] });
  expect(parsed.values).toMatchObject({ output: "json", trace: true });
});

test("a value is only taken by = where it may be left out", () => {
  const parsed = parseFlags(["--trace=curl", "--trace", "code"], { flags });
  expect(parsed.positionals).toEqual(["code"]);
  expect(parseFlags(["--trace=curl"], { flags }).values.trace).toBe("curl");
});

test("behind the first word everything may be left alone", () => {
  const parsed = parseFlags(["--context", "c", "x.ts", "--limit", "1", "-n", "a"], { flags, stopAtFirst: true });
  expect(parsed).toMatchObject({ positionals: ["x.ts"], rest: ["--limit", "1", "-n", "a"], values: { context: "c" } });
});

test.each([
  [["--contxt", "x"], "Unknown option --contxt", "Did you mean --context?"],
  [["--zzzzzzzz"], "Unknown option --zzzzzzzz", "See --help for the options."],
  [["--namespace"], "Cannot read --namespace: it needs NAME", undefined],
  [["--sandbox=maybe"], "Cannot read --sandbox=maybe: it is a switch, so it takes true or false", undefined],
])("%j is refused", (argv, message, hint) => {
  expect(() => parseFlags(argv, { flags })).toThrow(expect.objectContaining({ code: "USAGE", message, hint }));
});

test("behind a script's name, a flag is the script's when it declares it or we have none such", () => {
  const words = ["--namespace", "a", "--context=c", "--limit", "1", "-n", "b", "--", "--context", "d"];
  expect(splitScriptFlags(words, flags, [])).toEqual({
    own: ["--namespace", "a", "--context=c", "-n", "b"],
    script: ["--limit", "1", "--context", "d"],
  });
  expect(splitScriptFlags(["--namespace", "a"], flags, ["namespace"])).toEqual({
    own: [],
    script: ["--namespace", "a"],
  });
});

test("the nearest word is near", () => {
  expect(nearest("evl", ["eval", "run"])).toBe("eval");
  expect(nearest("sand", ["eval", "sandbox"])).toBe("sandbox");
  expect(nearest("quux", ["eval", "run"])).toBeUndefined();
});
