import { expect, test } from "vitest";
import { AbortError } from "../../src/errors.ts";
import { prepare } from "../../src/repl/evaluate.ts";

function evaluate(source: string, signal: AbortSignal = new AbortController().signal): Promise<{ value: unknown }> {
  return prepare(source, "test").run({ name: "test", signal, folder: `${import.meta.dirname}/`, breakOnSigint: true });
}

test("declared names are seen by the next evaluation and can be declared again", async () => {
  await evaluate("const kept = 1; class Thing { n = kept }");
  expect((await evaluate("const kept = 2; new Thing().n")).value).toBe(2);
});

test("a function uses what later evaluations define", async () => {
  await evaluate("function outer() { return inner() } function inner() { return 1 }");
  await evaluate("function inner() { return 2 }");
  expect((await evaluate("outer()")).value).toBe(2);
});

test("imports static and dynamic, of builtins and of files", async () => {
  expect((await evaluate('import { join } from "node:path"; join("a", "b")')).value).toBe("a/b");
  expect((await evaluate('(await import("node:path")).basename("/x/y")')).value).toBe("y");
  await expect(evaluate('import { nope } from "node:path"')).rejects.toThrow("it has no such export");
});

test("a name of the runtime is shadowed by what is declared, also for later lines, and the runtime keeps its own", async () => {
  const own = [process, URL, fetch];
  await evaluate("const process = { mine: 1 }; class URL { mine = 2 }; function fetch() { return process.mine }");
  expect((await evaluate("[process.mine, new URL().mine, fetch()]")).value).toEqual([1, 2, 1]);
  await evaluate("process = { mine: 3 }");
  expect((await evaluate("await 0; fetch()")).value).toBe(3);
  expect([process, URL, fetch]).toEqual(own);
});

test("a global that only has a getter can be declared", async () => {
  expect((await evaluate('const navigator = "mine"; navigator')).value).toBe("mine");
});

test("work that ends by itself soon after an abort says how; a failure after that is told as late", async () => {
  const controller = new AbortController();
  const late: unknown[] = [];
  const global = globalThis as { work?: Promise<never>; fail?: (error: Error) => void };
  const run = (): Promise<unknown> =>
    prepare("await work", "test").run({
      name: "test",
      signal: controller.signal,
      folder: `${import.meta.dirname}/`,
      late: (error) => late.push(error),
    });
  const begin = (): void => {
    global.work = new Promise((_, reject) => {
      global.fail = reject;
    });
  };
  begin();
  const first = run();
  controller.abort(new AbortError("Interrupted"));
  global.fail?.(new AbortError("one of two was done"));
  await expect(first).rejects.toThrow("one of two was done");
  expect(late).toEqual([]);
  begin();
  await expect(run()).rejects.toThrow("Interrupted");
  global.fail?.(new AbortError("none was done"));
  await expect.poll(() => late).toEqual([new AbortError("none was done")]);
});

test("an abort ends a wait and runs finally", async () => {
  const controller = new AbortController();
  const running = evaluate(
    "var cleaned = 0; try { await new Promise(() => {}) } finally { cleaned = 1 }",
    controller.signal,
  );
  controller.abort(new AbortError());
  await expect(running).rejects.toMatchObject({ code: "ABORTED" });
  expect((await evaluate("cleaned")).value).toBe(1);
});

test("an abort ends a for await over an iterator that never answers", async () => {
  const controller = new AbortController();
  const running = evaluate(
    "for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) });",
    controller.signal,
  );
  controller.abort(new AbortError());
  await expect(running).rejects.toMatchObject({ code: "ABORTED" });
});

test("leaving a for await closes its iterator", async () => {
  await evaluate("var closed = 0; async function* numbers() { try { yield 1; yield 2 } finally { closed += 1 } }");
  await evaluate("for await (const n of numbers()) break");
  await expect(evaluate("for await (const n of numbers()) throw new Error('mine')")).rejects.toThrow("mine");
  expect((await evaluate("for await (const n of numbers()); closed")).value).toBe(3);
});

test("errors are thrown inside the code, where they can be caught", async () => {
  expect(
    (await evaluate("let caught; try { await Promise.reject(new Error('x')) } catch (e) { caught = e.message } caught"))
      .value,
  ).toBe("x");
});
