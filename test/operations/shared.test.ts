import { describe, expect, test } from "vitest";
import {
  AbortError,
  ApiError,
  ConfigError,
  ConnectionError,
  KubescriptError,
  TimeoutError,
  UsageError,
} from "../../src/errors.ts";
import { eachAtOnce } from "../../src/operations/shared/at-once.ts";
import { listed, retold } from "../../src/operations/shared/retold.ts";

const cause = new Error("below");
const answer = { status: { reason: "Conflict" }, httpStatus: 409, method: "PUT", path: "/api" };

test.each([
  new AbortError("before", { cause }),
  new TimeoutError("before", { cause, retryable: true }),
  new UsageError("NOT_FOUND", "before", { cause, hint: "old" }),
  new ConnectionError("CONNECTION_LOST", "before", { cause, retryable: true }),
  new ConfigError("NO_CLUSTER", "before", { cause }),
  new KubescriptError("WAIT_FAILED", "before", { cause }),
])("$name told in other words is of its class still", (error) => {
  const told = retold(error, "after", "do this") as KubescriptError;
  const { name, code, retryable } = error;
  expect(told.constructor).toBe(error.constructor);
  expect(told).toMatchObject({ name, code, retryable, cause, message: "after", hint: "do this" });
});

test("what the server answered stays with a failure that is told in other words; what is no failure of ours stays as it is", () => {
  const refusal = new ApiError("CONFLICT", "before", answer, { cause, retryable: true });
  expect(retold(refusal, "after", undefined)).toMatchObject({ ...answer, code: "CONFLICT", retryable: true });
  expect((retold(refusal, "after", undefined) as Error).cause).toBeUndefined();
  expect(retold(cause, "after", undefined)).toBe(cause);
});

test("long lists of names are cut, and say how many are left out", () => {
  const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
  expect(listed(names.slice(0, 8))).toBe("n0, n1, n2, n3, n4, n5, n6, n7");
  expect(listed(names)).toBe("n0, n1, n2, n3, n4, n5, n6, n7 and 2 more");
});

describe("work on many items", () => {
  test("is begun in order, and never on more than so many at once", async () => {
    const begun: number[] = [];
    let [open, most] = [0, 0];
    await eachAtOnce([0, 1, 2, 3, 4, 5, 6], 3, async (item) => {
      begun.push(item);
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setImmediate(resolve));
      open -= 1;
    });
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(most).toBe(3);
  });

  test("begins nothing after a failure, and ends when what is under way has", async () => {
    const begun: number[] = [];
    let ended = 0;
    const work = eachAtOnce([0, 1, 2, 3, 4], 2, async (item) => {
      begun.push(item);
      if (item === 1) throw new Error(`failed on ${item}`);
      await new Promise((resolve) => setImmediate(resolve));
      ended += 1;
    });
    await expect(work).rejects.toThrow("failed on 1");
    expect({ begun, ended }).toEqual({ begun: [0, 1], ended: 1 });
  });

  test("begins nothing after an abort", async () => {
    const abort = new AbortController();
    const begun: number[] = [];
    const work = eachAtOnce(
      [0, 1, 2],
      1,
      async (item) => {
        begun.push(item);
        abort.abort();
      },
      abort.signal,
    );
    await expect(work).rejects.toMatchObject({ code: "ABORTED" });
    expect(begun).toEqual([0]);
  });
});
