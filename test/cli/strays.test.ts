import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { catchStrays } from "../../src/cli/strays.ts";

test.each(["uncaughtException", "unhandledRejection"])("an %s ends the run, until the run is over", async (event) => {
  const source = new EventEmitter();
  const strays = catchStrays(source);
  source.emit(event, new Error("late"));
  await expect(strays.failure).rejects.toThrow("late");
  strays.done();
  expect(source.eventNames()).toEqual([]);
});

test("a wait that nothing can end any more ends the run, and says so", async () => {
  const source = new EventEmitter();
  const strays = catchStrays(source);
  source.emit("beforeExit", 0);
  await expect(strays.failure).rejects.toThrow("Cannot go on: the code awaits what can no longer come");
  strays.done();
  expect(source.eventNames()).toEqual([]);
});
