import { expect, test } from "vitest";
import { argumentHelp, parseDeclaredArguments, parsePlainArguments } from "../../src/runtime/script-arguments.ts";

const specs = {
  olderThan: { type: "duration", default: "24h", description: "age" },
  namespace: { type: "string", optional: true },
  limit: { type: "number", default: 5 },
  memory: { type: "quantity", optional: true },
  failed: { type: "boolean" },
  name: { type: "string", positional: true },
} as const;

test("declared arguments are read by name in both spellings, by place, and by default", () => {
  expect(parseDeclaredArguments(["--older-than", "2d", "web", "--failed", "--memory=1Gi"], specs)).toEqual({
    olderThan: 172_800_000,
    namespace: undefined,
    limit: 5,
    memory: 1_073_741_824,
    failed: true,
    name: "web",
  });
  expect(parseDeclaredArguments(["--olderThan=90s", "--name", "x"], specs)).toMatchObject({
    olderThan: 90_000,
    name: "x",
  });
});

test.each([
  [["web", "--older", "1h"], "Unknown argument --older", "Did you mean --older-than?"],
  [["web", "--limit", "many"], 'Cannot read --limit "many": it is no number', undefined],
  [
    ["web", "--older-than", "soon"],
    'Cannot read --older-than: "soon" is no duration',
    "Write numbers with units: 30s, 5m, 1h30m, 2d, 1w.",
  ],
  [
    ["web", "more"],
    'Cannot use the argument "more": it has no place',
    expect.stringContaining("--older-than DURATION"),
  ],
  [[], "The argument --name is missing", expect.stringContaining("--name STRING")],
  [["web", "--namespace"], "Cannot read --namespace: it needs a value", expect.anything()],
])("%j is refused", (words, message, hint) => {
  expect(() => parseDeclaredArguments(words, specs)).toThrow(expect.objectContaining({ code: "USAGE", message, hint }));
});

test("help names type, default and need", () => {
  expect(argumentHelp(specs)).toEqual([
    "  --older-than DURATION  age (default 24h)",
    "  --namespace STRING",
    "  --limit NUMBER         (default 5)",
    "  --memory QUANTITY",
    "  --failed",
    "  --name STRING          (required)",
  ]);
});

test("a plain script gets flags by name and words by place", () => {
  expect(parsePlainArguments(["a", "--dry-run", "--n=1", "--to", "x", "--to", "y", "--", "--z"])).toEqual({
    _: ["a", "--z"],
    dryRun: true,
    n: "1",
    to: ["x", "y"],
  });
});
