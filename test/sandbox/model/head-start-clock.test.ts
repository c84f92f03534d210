import { expect, test } from "vitest";
import { headStartClock } from "../../../src/sandbox/model/head-start-clock.ts";
import { manualClock } from "../../../src/sandbox/model/manual-clock.ts";

test("what falls into the head start happens at once and in order, the rest in its time", () => {
  const base = manualClock(10_000);
  const clock = headStartClock(base, 1000);
  const happened: string[] = [];
  const at = (name: string) => () => void happened.push(`${name}@${clock.now()}`);
  clock.schedule(500, () => {
    at("b")();
    clock.schedule(100, at("c"));
    clock.schedule(700, at("e"));
  });
  clock.schedule(200, at("a"));
  clock.schedule(1500, at("f"));
  const cancelled = clock.schedule(900, at("never"));
  const later = clock.schedule(1400, at("never"));
  expect(clock.now()).toBe(9000);
  clock.pass(300);
  expect([happened, clock.now()]).toEqual([["a@9200"], 9300]);
  cancelled();
  clock.catchUp();
  expect([happened, clock.now()]).toEqual([["a@9200", "b@9500", "c@9600"], 10_000]);
  later();
  base.advance(1000);
  expect(happened.slice(3)).toEqual(["e@10200", "f@10500"]);
});

test("a clock that has caught up is the one it was made from", () => {
  const base = manualClock(0);
  const clock = headStartClock(base, 100);
  clock.pass(1000);
  expect(clock.now()).toBe(0);
  clock.catchUp();
  clock.pass(1000);
  clock.catchUp();
  let ran = 0;
  const cancel = clock.schedule(5, () => (ran += 1));
  clock.schedule(6, () => (ran += 10));
  cancel();
  base.advance(6);
  expect([ran, clock.now()]).toEqual([10, 6]);
});
