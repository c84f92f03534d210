import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progressLine } from "../../src/cli/progress-line.ts";
import type { Terminal } from "../../src/cli/terminal.ts";

const ERASE = "\r\u001b[2K";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A terminal whose streams are one screen, in the order of what was written. */
function screen(tty = true, columns = 40): { terminal: Terminal; written(): string } {
  let text = "";
  const stream = (): PassThrough => {
    const one = Object.assign(new PassThrough(), { isTTY: tty, columns });
    one.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
    return one;
  };
  const terminal: Terminal = {
    stdin: new PassThrough(),
    stdout: stream(),
    stderr: stream(),
    env: { NO_COLOR: "1" },
    cwd: "/nowhere",
    now: () => Date.now(),
  };
  return {
    terminal,
    written: () => {
      const all = text;
      text = "";
      return all;
    },
  };
}

test("in a pipe nothing is drawn", async () => {
  const { terminal, written } = screen(false);
  const task = progressLine(terminal).show("rollout");
  task.update("1 of 3");
  await vi.advanceTimersByTimeAsync(5000);
  task.end();
  expect(written()).toBe("");
});

test("work that is over at once draws nothing, longer work a line that goes away", async () => {
  const { terminal, written } = screen();
  const line = progressLine(terminal);
  line.show("quick").end();
  await vi.advanceTimersByTimeAsync(1000);
  expect(written()).toBe("");
  const task = line.show("rollout");
  task.update("1 of 3\nupdated");
  await vi.advanceTimersByTimeAsync(2000);
  const [before, ...drawn] = written().split(ERASE);
  expect(before).toBe("");
  expect([...new Set(drawn)]).toEqual([0, 1, 2].map((seconds) => `rollout: 1 of 3 updated ${seconds}s`));
  task.end();
  expect(written()).toBe(ERASE);
});

test("on a terminal whose size nobody has set a line is as long as on most", async () => {
  const { terminal, written } = screen(true, 0);
  const task = progressLine(terminal).show("rollout of a name that is no longer than a line");
  await vi.advanceTimersByTimeAsync(600);
  expect(written()).toContain("rollout of a name that is no longer than a line 0s");
  task.end();
});

test("what others write finds an empty line, and the streams are given back at the end", async () => {
  const { terminal, written } = screen();
  const { stdout, stderr } = terminal;
  const writes = [stdout.write, stderr.write];
  const task = progressLine(terminal).show("rollout");
  await vi.advanceTimersByTimeAsync(600);
  written();
  stdout.write("a result\n");
  await vi.advanceTimersByTimeAsync(0);
  expect(written()).toBe(`${ERASE}a result\n`);
  stderr.write("half a line");
  await vi.advanceTimersByTimeAsync(1000);
  expect(written(), "half a line is not drawn over").toBe("half a line");
  stderr.write(" and its end\n");
  await vi.advanceTimersByTimeAsync(200);
  expect(written()).toBe(` and its end\n${ERASE}rollout 1s`);
  task.end();
  expect([stdout.write, stderr.write]).toEqual(writes);
});

test("of several tasks the one that moved last is shown, on one line however long", async () => {
  const { terminal, written } = screen();
  const line = progressLine(terminal);
  const [first, second] = [line.show("first"), line.show("second")];
  first.update("x".repeat(60));
  await vi.advanceTimersByTimeAsync(600);
  const drawn = written().split(ERASE).at(-1) ?? "";
  expect(drawn).toMatch(/^first: x+… 0s$/);
  expect(drawn.length).toBeLessThan(40);
  first.end();
  await vi.advanceTimersByTimeAsync(200);
  expect(written()).toBe(`${ERASE}second 0s`);
  line.allow(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(written()).toBe(ERASE);
  second.end();
});

test("a terminal that comes back in the middle of a line is drawn on again", async () => {
  const { terminal, written } = screen();
  const line = progressLine(terminal);
  const session = line.show("shell");
  line.allow(false);
  terminal.stdout.write("/ # ");
  session.end();
  line.allow(true);
  const task = line.show("rollout");
  await vi.advanceTimersByTimeAsync(600);
  expect(written().split(ERASE)).toContain("rollout 0s");
  task.end();
});
