import { expect, test } from "vitest";
import { LineMerge } from "../../src/operations/logs/line-merge.ts";
import { inOrder } from "../../src/operations/logs/read-order.ts";

/** Gives 1, 2, 3 …, and tells how many it was asked for and whether it was closed. */
function counter(end = Number.POSITIVE_INFINITY): {
  readonly asked: { count: number; closed: boolean };
  source(): AsyncGenerator<number[]>;
} {
  const asked = { count: 0, closed: false };
  return {
    asked,
    async *source() {
      try {
        while (asked.count < end) yield [++asked.count];
      } finally {
        asked.closed = true;
      }
    },
  };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("a source is read no further than a batch ahead of a slow reader, and each gets its turn", async () => {
  const stop = new AbortController();
  const merge = new LineMerge<number>(stop.signal);
  const [a, b] = [counter(), counter()];
  merge.add(a.source());
  merge.add(b.source());
  await turns();
  expect([a.asked.count, b.asked.count]).toEqual([1, 1]);
  for (let taken = 0; taken < 10; taken += 1) {
    await merge.take();
    await turns();
  }
  expect([a.asked.count, b.asked.count]).toEqual([6, 6]);
  stop.abort();
  await merge.settled();
  expect([a.asked.closed, b.asked.closed]).toEqual([true, true]);
  await expect(merge.take()).rejects.toMatchObject({ code: "ABORTED" });
});

test("it ends when it is closed and its sources have ended, and a source's failure is its own", async () => {
  const { signal } = new AbortController();
  const merge = new LineMerge<number>(signal);
  merge.add(counter(2).source());
  merge.close();
  expect([await merge.take(), await merge.take(), await merge.take()]).toEqual([[1], [2], undefined]);
  const failing = new LineMerge<number>(signal);
  failing.add(
    (async function* () {
      yield [1];
      throw new Error("lost");
    })(),
  );
  expect(await failing.take()).toEqual([1]);
  await expect(failing.take()).rejects.toThrow("lost");
});

test("who leaves logs that come one after the other leaves those too that were asked ahead", async () => {
  const sources = [counter(), counter(), counter()];
  const lines = inOrder(
    sources.map(({ source }) => source as unknown as Parameters<typeof inOrder>[0][number]),
    2,
  );
  await lines.next();
  await lines.return();
  expect(sources.map(({ asked }) => [asked.count > 0, asked.closed])).toEqual([
    [true, true],
    [true, true],
    [false, false],
  ]);
});
