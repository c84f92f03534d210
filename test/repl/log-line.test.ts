import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { LogLine } from "../../src/operations/logs/log-options.ts";
import { LogStream } from "../../src/operations/logs/log-stream.ts";
import { LiveStream } from "../../src/operations/shared/live-stream.ts";
import { parseOutputFormat } from "../../src/repl/render/output.ts";
import { printLive } from "../../src/repl/watch-view.ts";
import { lineSink } from "../support/line-sink.ts";

async function* lines(): AsyncGenerator<{ pod: string; container: string; line: string; namespace?: string }[]> {
  yield [
    { pod: "a", container: "x", line: "one" },
    { pod: "b", container: "x", line: "two" },
  ];
  yield [{ namespace: "ns", pod: "a", container: "x", line: "three" }];
  yield [{ pod: "a", container: "x", line: "four" }];
}

async function printed(values: AsyncIterable<unknown>, format: string, color = false): Promise<string[]> {
  const { stream, lines: printedLines } = lineSink();
  const { signal } = new AbortController();
  await printLive(values, { format: parseOutputFormat(format), color, now: 0, signal }, stream);
  return printedLines;
}

test("lines of several logs have kubectl's prefix, in a colour of its own for each container", async () => {
  const stream = (prefixed: boolean): LogStream => new LogStream(lines, undefined, () => prefixed);
  expect(await printed(stream(true), "table")).toEqual([
    "[pod/a/x] one",
    "[pod/b/x] two",
    "[ns/a/x] three",
    "[pod/a/x] four",
  ]);
  const colored = await printed(stream(true), "table", true);
  const colors = colored.map((line) => line.split("[pod")[0]?.split("[ns")[0]);
  expect(new Set(colors).size).toBe(3);
  expect(colors[3]).toBe(colors[0]);
  expect(colored[0]?.endsWith("[pod/a/x]\u001b[39m one")).toBe(true);
  expect(await printed(stream(false), "table", true)).toEqual(["one", "two", "three", "four"]);
  expect((await printed(stream(true), "json"))[0]).toBe('{"pod":"a","container":"x","line":"one"}');
});

test("the text of a log has every line once, and a line that came in parts in one piece", async () => {
  const line = (pod: string, text: string, partial?: true) => ({ pod, container: "x", line: text, ...{ partial } });
  const parts = async function* (): AsyncGenerator<LogLine[]> {
    yield [line("a", "one"), line("a", "begun ", true)] as LogLine[];
    yield [line("a", "goes on ", true), line("a", "ends"), line("a", "cut", true), line("b", "two")] as LogLine[];
  };
  const whole = (prefixed: boolean) => new LogStream(parts, undefined, () => prefixed);
  expect(await text(whole(false).text())).toBe("one\nbegun goes on ends\ncut\ntwo\n");
  const lines = ["[pod/a/x] one", "[pod/a/x] begun goes on ends", "[pod/a/x] cut", "[pod/b/x] two"];
  expect(await text(whole(true).text())).toBe(lines.map((one) => `${one}\n`).join(""));
  expect(await printed(whole(true), "table")).toEqual(lines);
});

test("a log's text that is no longer wanted ends the log, and one that fails says so", async () => {
  let ended = false;
  const endless = async function* (signal: AbortSignal): AsyncGenerator<LogLine[]> {
    try {
      while (!signal.aborted) yield [{ pod: "a", container: "x", line: "y".repeat(1000) }];
    } finally {
      ended = true;
    }
  };
  for await (const chunk of new LogStream(endless, undefined, () => false).text()) {
    expect(String(chunk)).toMatch(/^y+\n/);
    break;
  }
  await expect.poll(() => ended).toBe(true);
  const broken = new LogStream(
    // biome-ignore lint/correctness/useYield: it fails before
    async function* () {
      throw new Error("the node is gone");
    },
    undefined,
    () => false,
  );
  await expect(text(broken.text())).rejects.toThrow("the node is gone");
});

test("return() ends a stream whose next() waits, and next() then says that it is over", async () => {
  let heeded = false;
  const stream = new LiveStream<number>(async function* (signal) {
    await new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        heeded = true;
        reject(signal.reason);
      });
    });
    yield [1];
  }, undefined);
  const next = stream.next();
  expect(await stream.return()).toEqual({ done: true, value: undefined });
  expect(await next).toEqual({ done: true, value: undefined });
  expect(heeded).toBe(true);
});

test("what comes together is given in order to any number of calls, and none of it after the signal or return()", async () => {
  const batches = async function* (signal: AbortSignal): AsyncGenerator<number[]> {
    for (let first = 0; first < 9; first += 3) {
      signal.throwIfAborted();
      yield [first, first + 1, first + 2];
      yield [];
    }
  };
  const whole = new LiveStream(batches, undefined);
  const results = await Promise.all(Array.from({ length: 11 }, () => whole.next()));
  expect(results.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, undefined, undefined]);
  const stop = new AbortController();
  const aborted = new LiveStream(batches, stop.signal);
  await aborted.next();
  stop.abort(new Error("enough"));
  await expect(aborted.next()).rejects.toThrow("enough");
  const left = new LiveStream(batches, undefined);
  await left.next();
  await left.return();
  expect(await left.next()).toEqual({ done: true, value: undefined });
});

test("what no one takes from the output is not read", async () => {
  let read = 0;
  const endless = async function* (): AsyncGenerator<{ pod: string; container: string; line: string }> {
    for (;;) yield { pod: "a", container: "x", line: `${read++}`.padStart(1000) };
  };
  const stuck = new Writable({ write() {} });
  const stop = new AbortController();
  const format = parseOutputFormat("table");
  const printing = printLive(endless(), { format, color: false, now: 0, signal: stop.signal }, stuck);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(read).toBeLessThan(1000);
  stop.abort();
  await expect(printing).rejects.toMatchObject({ code: "ABORTED" });
});
