import fc from "fast-check";
import { expect, test } from "vitest";
import { ContainerLog } from "../../../../src/sandbox/pods/process/container-log.ts";
import { readLog } from "../../../../src/sandbox/pods/process/read-log.ts";

async function text(log: ContainerLog, options: Parameters<typeof readLog>[1], now = 10_000): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readLog(log, options, now)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("a log holds what was written, in lines, however it was cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme", maxLength: 30 })), async (pieces) => {
      const log = new ContainerLog(() => 0);
      const writer = log.writer();
      for (const piece of pieces) writer.write(Buffer.from(piece));
      writer.end();
      const whole = pieces.join("");
      expect(await text(log, {})).toBe(whole);
      expect(log.end).toBe((whole.match(/[^\n]*\n|[^\n]+$/g) ?? []).length);
    }),
  );
});

test("options cut a log as a kubelet does", async () => {
  let now = 1000;
  const log = new ContainerLog(() => now);
  const writer = log.writer();
  for (const line of ["one", "two", "three"]) {
    writer.write(Buffer.from(`${line}\n`));
    now += 1000;
  }
  expect(await text(log, { tailLines: 1 })).toBe("three\n");
  expect(await text(log, { limitBytes: 6 })).toBe("one\ntw");
  expect(await text(log, { sinceSeconds: 2 }, 4000)).toBe("two\nthree\n");
  expect(await text(log, { tailLines: 1, timestamps: true })).toBe("1970-01-01T00:00:03.000000000Z three\n");
});

test("a followed log goes on until its container ends", async () => {
  const log = new ContainerLog(() => 0);
  const writer = log.writer();
  writer.write(Buffer.from("before\n"));
  const followed = text(log, { follow: true, tailLines: 0 });
  await new Promise((resolve) => setImmediate(resolve));
  writer.write(Buffer.from("after\n"));
  log.close();
  expect(await followed).toBe("after\n");
});

test("a follower who leaves is let go", async () => {
  const gone = new AbortController();
  const followed = text(new ContainerLog(() => 0), { follow: true, signal: gone.signal });
  await new Promise((resolve) => setImmediate(resolve));
  gone.abort();
  expect(await followed).toBe("");
});

test("a log keeps its last megabytes", () => {
  const log = new ContainerLog(() => 0);
  const writer = log.writer();
  const line = Buffer.from(`${"x".repeat(9999)}\n`);
  for (let count = 0; count < 3000; count++) writer.write(line);
  const kept = log.linesFrom(0).length * line.length;
  expect(kept).toBeGreaterThan(4 * 2 ** 20);
  expect(kept).toBeLessThanOrEqual(10 * 2 ** 20);
  expect(log.end).toBe(3000);
});
