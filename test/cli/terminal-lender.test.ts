import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { terminalLender } from "../../src/cli/terminal-lender.ts";

function terminal(isTTY = true) {
  const modes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY, setRawMode: (raw: boolean) => modes.push(raw) });
  const stdout = Object.assign(new PassThrough(), { isTTY, columns: 100, rows: 30 });
  return { stdin, stdout, modes };
}

test("a terminal is lent raw, to one at a time, and comes back as it was", async () => {
  const { stdin, stdout, modes } = terminal();
  const told: string[] = [];
  const lender = terminalLender({ stdin, stdout }, (lent) => told.push(lent ? "lent" : "back"));
  lender.setReader({ letGo: () => told.push("let go"), takeBack: () => told.push("taken back") });
  const exits = process.listenerCount("exit");
  const lent = lender.lend();
  expect([lent?.columns, lent?.rows, modes, told]).toEqual([100, 30, [true], ["lent", "let go"]]);
  expect(() => lender.lend()).toThrow("another remote process has it");
  stdin.write("\u0003x");
  const typed = lent?.input[Symbol.asyncIterator]();
  expect(Buffer.from((await typed?.next())?.value ?? "").toString()).toBe("\u0003x");
  let resized = 0;
  const stop = lent?.onResize(() => {
    resized += 1;
  });
  stdout.emit("resize");
  stop?.();
  stdout.emit("resize");
  expect(resized).toBe(1);
  lent?.giveBack();
  lent?.giveBack();
  expect(await typed?.next()).toEqual({ done: true, value: undefined });
  expect([modes, told]).toEqual([
    [true, false],
    ["lent", "let go", "taken back", "back"],
  ]);
  expect([stdin.listenerCount("data"), process.listenerCount("exit")]).toEqual([0, exits]);
  expect(lender.lend()).toBeDefined();
});

test("a pipe is no terminal", () => {
  const { stdin, stdout, modes } = terminal(false);
  expect(terminalLender({ stdin, stdout }).lend()).toBeUndefined();
  expect(modes).toEqual([]);
});
