import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonLines } from "../../src/transport/json-lines.ts";
import { failureOf } from "./support/failure.ts";

async function* pieces(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const size of sizes) {
    yield bytes.subarray(start, start + size);
    start += size;
  }
  yield bytes.subarray(start);
}
async function all(chunks: AsyncIterable<Uint8Array>, options = {}): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of jsonLines(chunks, options)) values.push(value);
  return values;
}

test("gives the same values however the bytes are cut, inside characters too", async () => {
  const sizes = fc.array(fc.nat({ max: 9 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), sizes, async (values, cuts) => {
      const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
      const expected = values.map((value) => JSON.parse(JSON.stringify(value)));
      expect(await all(pieces(Buffer.from(text), cuts))).toEqual(expected);
    }),
  );
  expect(await all(pieces(Buffer.from('"ä€😀"\n'), [2, 1, 1, 1, 1, 1]))).toEqual(["ä€😀"]);
});

describe("errors come after what came before them", () => {
  test.each([
    ["a line that is not JSON", '{"a":1}\n{"b":\n{"c":3}\n', 'a line is not JSON: {"b":'],
    ["an end within a line", '{"a":1}\n{"b"', 'ended within a line: {"b"'],
  ])("%s", async (_what, text, problem) => {
    const values: unknown[] = [];
    const reading = (async () => {
      for await (const value of jsonLines(pieces(Buffer.from(text), []))) values.push(value);
    })();
    const error = await failureOf(reading);
    expect(error.code).toBe("MALFORMED_RESPONSE");
    expect(error.message).toContain(problem);
    expect(values).toEqual([{ a: 1 }]);
  });

  test("a line that never ends is given up, and quoted text is short", async () => {
    const long = Buffer.from("x".repeat(1000));
    const endless = await failureOf(all(pieces(long, [400, 400]), { maxLineBytes: 500 }));
    expect(endless.message).toContain("longer than 500 bytes");
    expect((await failureOf(all(pieces(long, [])))).message.length).toBeLessThan(200);
  });
});
