import { PassThrough } from "node:stream";
import { constants, createDeflate } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type SpdyStream, spdyConnection } from "../../../src/sandbox/streams/spdy/connection.ts";
import { DICTIONARY_ID, headerDictionary } from "../../../src/sandbox/streams/spdy/dictionary.ts";
import {
  controlFrame,
  dataFrame,
  FIN,
  type Frame,
  FrameReader,
  PING,
  SYN_REPLY,
  SYN_STREAM,
} from "../../../src/sandbox/streams/spdy/frames.ts";
import { HeaderReader, HeaderWriter } from "../../../src/sandbox/streams/spdy/header-block.ts";

const HEADERS = fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), fc.string({ maxLength: 100, unit: "grapheme" }));

test("frames come out whole however the bytes are cut", () => {
  const frame = fc.record({ id: fc.integer({ min: 1, max: 2 ** 31 - 1 }), text: fc.uint8Array({ maxLength: 50 }) });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.integer({ min: 1, max: 20 }), (frames, size) => {
      const bytes = Buffer.concat(frames.map(({ id, text }) => dataFrame(id, Buffer.from(text), FIN)));
      const reader = new FrameReader();
      const read: Frame[] = [];
      for (let at = 0; at < bytes.length; at += size) read.push(...reader.read(bytes.subarray(at, at + size)));
      expect(read).toEqual(
        frames.map(({ id, text }) => ({ type: "data", stream: id, flags: FIN, payload: Buffer.from(text) })),
      );
    }),
  );
});

test("the dictionary is the one that zlib streams of SPDY/3 name", () => {
  const head = createDeflate({ dictionary: headerDictionary() });
  head.end("x");
  return new Promise<void>((resolve) => {
    head.once("data", (chunk: Buffer) => {
      expect(chunk.readUInt32BE(2)).toBe(DICTIONARY_ID);
      resolve();
    });
  });
});

test("header blocks that are written are read again, in one compressed stream", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(HEADERS, { maxLength: 5 }), async (blocks) => {
      const writer = new HeaderWriter();
      const reader = new HeaderReader();
      for (const block of blocks) {
        const headers = new Map(Object.entries(block));
        expect(await reader.read(writer.write(headers))).toEqual(headers);
      }
      reader.close();
    }),
    { numRuns: 30 },
  );
});

test("header blocks that are truly compressed are read", async () => {
  const deflate = createDeflate({ dictionary: headerDictionary(), flush: constants.Z_SYNC_FLUSH });
  const reader = new HeaderReader();
  const plain = new HeaderWriter();
  plain.write(new Map());
  for (const type of ["error", "data"]) {
    const headers = new Map([
      ["streamtype", type],
      ["port", "8080"],
    ]);
    const content = plain.write(headers).subarray(5, -5);
    await new Promise((resolve) => deflate.write(content, resolve));
    expect(await reader.read(deflate.read() as Buffer)).toEqual(headers);
  }
});

test("a block ends with an empty one, without which Go's zlib would wait for more", () => {
  const block = new HeaderWriter().write(new Map());
  expect(block.subarray(-5)).toEqual(Buffer.from([0, 0, 0, 0xff, 0xff]));
});

test("streams are accepted, carry data both ways, and end one direction at a time", async () => {
  const input = new PassThrough();
  const output = new PassThrough();
  const opened: SpdyStream[] = [];
  const connection = spdyConnection(input, output, (stream) => opened.push(stream));
  const head = Buffer.alloc(10);
  head.writeUInt32BE(1, 0);
  const headers = new HeaderWriter().write(new Map([["streamtype", "stdin"]]));
  input.write(controlFrame(SYN_STREAM, Buffer.concat([head, headers])));
  input.write(controlFrame(PING, Buffer.from([0, 0, 0, 7])));
  input.write(dataFrame(1, Buffer.from("to the server"), FIN));
  await until(() => opened.length === 1);
  let received = "";
  const [stream] = opened as [SpdyStream];
  expect([...stream.headers]).toEqual([["streamtype", "stdin"]]);
  stream.on("data", (chunk: Buffer) => {
    received += chunk.toString();
  });
  await until(() => stream.readableEnded);
  expect(received).toBe("to the server");
  stream.end("to the client");
  await until(() => stream.writableFinished);
  const frames = new FrameReader().read(output.read() as Buffer);
  expect(frames.map((frame) => (frame.type === "data" ? [frame.payload.toString(), frame.flags] : frame.kind))).toEqual(
    [SYN_REPLY, PING, ["to the client", 0], ["", FIN]],
  );
  input.end();
  await connection.closed;
  expect(output.writableEnded).toBe(true);
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
