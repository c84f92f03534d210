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
