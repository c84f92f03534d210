import { expect, test } from "vitest";
import { abortError, throwIfAborted, unlessAborted } from "../../src/core/abort.ts";
import { AbortError, TimeoutError } from "../../src/errors.ts";

test("an abort without a reason of ours is an AbortError with the reason as its cause", () => {
  const reason = new Error("enough");
  const error = abortError(AbortSignal.abort(reason));
  expect(error).toBeInstanceOf(AbortError);
  expect(error.cause).toBe(reason);
});

test("a time limit that aborts a signal is told as what it is", () => {
  const late = new TimeoutError("Timed out after 1 s");
  expect(() => throwIfAborted(AbortSignal.abort(late))).toThrow(late);
  expect(() => throwIfAborted(new AbortController().signal)).not.toThrow();
  expect(() => throwIfAborted(undefined)).not.toThrow();
});

test("an abort ends the wait and leaves no listener, whatever the work does then", async () => {
  const controller = new AbortController();
  let listeners = 0;
  const signal = new Proxy(controller.signal, {
    get(target, name) {
      if (name === "addEventListener") listeners += 1;
      if (name === "removeEventListener") listeners -= 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { promise, reject } = withReject();
  const waiting = unlessAborted(promise, signal);
  expect(listeners).toBe(1);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: "ABORTED" });
  expect(listeners).toBe(0);
  reject(new Error("too late to matter"));
});

test("work that is done, or no work at all, is not held up", async () => {
  await expect(unlessAborted(Promise.resolve(1), new AbortController().signal)).resolves.toBe(1);
  await expect(unlessAborted("value", new AbortController().signal)).resolves.toBe("value");
  await expect(unlessAborted(Promise.resolve(2), undefined)).resolves.toBe(2);
});

test("a signal that is aborted already wins over work that is done, and the work's failure stays handled", async () => {
  await expect(unlessAborted(Promise.resolve(1), AbortSignal.abort())).rejects.toMatchObject({ code: "ABORTED" });
  await expect(unlessAborted(Promise.reject(new Error("no")), AbortSignal.abort())).rejects.toMatchObject({
    code: "ABORTED",
  });
});

function withReject(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  return { promise, reject };
}
