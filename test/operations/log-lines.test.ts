import fc from "fast-check";
import { expect, test } from "vitest";
import { LogPosition } from "../../src/operations/logs/log-position.ts";
import { StampReader, secondOf } from "../../src/operations/logs/log-time.ts";
import { type LinePart, LineSplitter } from "../../src/operations/logs/split-lines.ts";

/** The text in chunks of these sizes, the last as long as need be. */
function chunksOf(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let start = 0;
  for (const size of sizes) {
    chunks.push(bytes.subarray(start, start + size));
    start += size;
  }
  return [...chunks, bytes.subarray(start)];
}

function partsOf(chunks: readonly Buffer[], maxLineBytes: number): LinePart[] {
  const splitter = new LineSplitter(maxLineBytes);
  const parts = chunks.flatMap((chunk) => {
    // The transport's memory is used again for the next chunk.
    const memory = Buffer.from(chunk);
    const copies = splitter.push(memory).map((part) => ({ ...part, bytes: Buffer.from(part.bytes) }));
    memory.fill(0);
    return copies;
  });
  const rest = splitter.rest();
  return rest === undefined ? parts : [...parts, rest];
}

test("lines are the same however the bytes come, and no part is too long or splits a character", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "€", "😀", "\r"), maxLength: 30 });
  const sizes = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), sizes, fc.integer({ min: 4, max: 40 }), (lines, cuts, max) => {
      const text = lines.map((one) => `${one}\n`).join("");
      const parts = partsOf(chunksOf(Buffer.from(text), cuts), max);
      expect(parts).toEqual(partsOf([Buffer.from(text)], max));
      const texts = parts.map(({ bytes, ends }) => {
        expect(bytes.length).toBeLessThanOrEqual(max);
        return `${new TextDecoder("utf-8", { fatal: true }).decode(bytes)}${ends ? "\n" : ""}`;
      });
      expect(texts.join("")).toBe(text);
      expect(parts.filter(({ begins }) => begins)).toHaveLength(lines.length);
    }),
  );
});

test("a last line without a newline is the rest", () => {
  const splitter = new LineSplitter(100);
  expect(splitter.push(Buffer.from("a\nb")).map(({ bytes }) => String(bytes))).toEqual(["a"]);
  expect(String(splitter.rest()?.bytes)).toBe("b");
  expect(new LineSplitter(100).rest()).toBeUndefined();
});

test("a stamp is read to the nanosecond in any zone, and what is none is text", () => {
  const stamps = new StampReader();
  const read = (text: string): bigint | undefined => stamps.read(Buffer.from(text))?.at;
  expect(read("2026-11-21T00:00:01.000000007Z x")).toBe(1795219201_000000007n);
  expect(read("2026-11-21T02:00:01.5+02:00 x")).toBe(1795219201_500000000n);
  expect(read("2026-11-21T00:00:01Z x")).toBe(1795219201_000000000n);
  // Of the second that was read last.
  expect(read("2026-11-21T00:00:01.5Z x")).toBe(1795219201_500000000n);
  expect(read("2026-11-21T00:00:01.123456789Z ")).toBe(1795219201_123456789n);
  expect(read("2026-11-21T00:00:01.25-01:30 x")).toBe(1795224601_250000000n);
  for (const none of [".Z x", ".1234567890Z x", ".5z x", " x", "", "Z", ".5Zx"]) {
    expect(read(`2026-11-21T00:00:01${none}`)).toBeUndefined();
  }
  expect(stamps.read(Buffer.from("2026-11-21T00:00:01.5Z  text"))?.length).toBe(23);
  expect(read("unable to retrieve container logs for containerd://1")).toBeUndefined();
  expect(read("2026-11-21T00:00:01.5Z")).toBeUndefined();
  expect(secondOf(1795219201_999999999n)).toBe("2026-11-21T00:00:01Z");
});

test("a log that is cut anywhere and asked for again from a whole second on gives every line once, in order", () => {
  // Two outputs of a container: times may go back a little, and may be the same again.
  const steps = fc.array(fc.integer({ min: -3, max: 700_000_000 }), { minLength: 1, maxLength: 60 });
  const reads = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 8 });
  const tails = fc.option(fc.integer({ min: 1, max: 10 }));
  fc.assert(
    fc.property(steps, reads, tails, (increments, lengths, tail) => {
      let at = 1795219201_000000000n;
      const log = increments.map((step, line) => {
        at += BigInt(step) || 1n;
        return { at, line };
      });
      // Of lines of the same time, those before the tail cannot be told from those in it.
      const first = tail === null || new Set(log.map((one) => one.at)).size < log.length ? 0 : log.length - tail;
      const position = new LogPosition(first <= 0);
      const got: number[] = [];
      for (const length of [...lengths, log.length]) {
        const { resumeAt } = position;
        const since = resumeAt === undefined ? 0n : (resumeAt / 1_000_000_000n) * 1_000_000_000n;
        const served = log.slice(resumeAt === undefined ? Math.max(0, first) : 0).filter((one) => one.at >= since);
        position.restart();
        got.push(
          ...served
            .slice(0, length)
            .filter((one) => position.take(one.at))
            .map(({ line }) => line),
        );
      }
      expect(got).toEqual(log.slice(Math.max(0, first)).map(({ line }) => line));
    }),
  );
});

test("what is remembered of a long log stays small, and still nothing is doubled", () => {
  const position = new LogPosition(true);
  const base = 1795219201_000000000n;
  for (let line = 0n; line < 5000n; line += 1n) position.take(base + line * 1_000_000n);
  const { resumeAt = 0n } = position;
  expect(resumeAt).toBeGreaterThanOrEqual(base + 2900n * 1_000_000n);
  position.restart();
  const again = Array.from({ length: 6000 }, (_, line) => position.take(base + BigInt(line) * 1_000_000n));
  expect(again.indexOf(true)).toBe(5000);
  expect(again.filter(Boolean)).toHaveLength(1000);
});
