import fc from "fast-check";
import { expect, test } from "vitest";
import { Fifo } from "../../src/core/fifo.ts";

test("what was pushed first comes first, whatever is pushed and taken between", () => {
  const steps = fc.array(fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: -3000, max: -1 })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(steps, (counts) => {
      const queue = new Fifo<number>();
      const model: number[] = [];
      let pushed = 0;
      for (const count of counts) {
        for (let each = 0; each < count; each += 1) {
          queue.push(pushed);
          model.push(pushed++);
        }
        const taken = Array.from({ length: -Math.min(0, count) }, () => queue.shift());
        expect(taken).toEqual(Array.from(taken, () => model.shift()));
        expect(queue.length).toBe(model.length);
      }
      queue.clear();
      expect(queue.shift()).toBeUndefined();
    }),
    { numRuns: 50 },
  );
});
