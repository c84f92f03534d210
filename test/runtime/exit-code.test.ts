import { expect, test } from "vitest";
import { ConfigError, ConnectionError, type ErrorCode, KubescriptError, UsageError } from "../../src/errors.ts";
import { exitCodeOf } from "../../src/runtime/exit-code.ts";

/** One of what stands in the way, what is not who it should be, and what went away. */
const unreachable: readonly ErrorCode[] = ["CONNECTION_REFUSED", "UNKNOWN_CA", "CONNECTION_LOST"];

test.each(unreachable)("a server that cannot be reached (%s) is 3, in a script too", (code) => {
  expect(exitCodeOf(new ConnectionError(code, "Cannot reach it"))).toBe(3);
  expect(exitCodeOf(new ConnectionError(code, "Cannot reach it"), "script")).toBe(3);
});

test("no cluster and no login are 3", () => {
  expect(exitCodeOf(new ConfigError("NO_CLUSTER", "Cannot find a cluster"))).toBe(3);
  expect(exitCodeOf(new KubescriptError("UNAUTHORIZED", "Cannot log in"), "script")).toBe(3);
});

test("a usage error is 2 of a command and 1 inside a script; code that cannot be read is 2 in both", () => {
  expect(exitCodeOf(new UsageError("USAGE", "no"))).toBe(2);
  expect(exitCodeOf(new UsageError("USAGE", "no"), "script")).toBe(1);
  expect(exitCodeOf(new UsageError("SYNTAX", "no"), "script")).toBe(2);
});

test("anything else that is thrown is 1", () => {
  expect(exitCodeOf(new Error("no"))).toBe(1);
  expect(exitCodeOf("a text")).toBe(1);
  expect(exitCodeOf(new KubescriptError("NOT_FOUND", "no"))).toBe(1);
});
