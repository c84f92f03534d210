import { once } from "node:events";
import { Duplex, type Readable, type Writable } from "node:stream";
import {
  controlFrame,
  dataFrame,
  FIN,
  type Frame,
  FrameReader,
  GOAWAY,
  PING,
  RST_STREAM,
  SYN_REPLY,
  SYN_STREAM,
} from "./frames.ts";
import { HeaderReader, HeaderWriter } from "./header-block.ts";

/** A stream that the client has opened. */
export type SpdyStream = Duplex & {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
};

export interface SpdyConnection {
  /** Resolves when the client has gone or the connection was ended. */
  readonly closed: Promise<void>;
  /** Lets what has been written go out, and ends the connection. */
  end(): void;
}

/** Data goes out in frames of at most so many bytes. */
const MAX_DATA_BYTES = 64 * 1024;

/**
 * The server's side of SPDY/3.1 over any pair of byte streams. Every stream of the client's is accepted and handed to
 * `onStream`. As in the client libraries of Kubernetes there are no flow-control windows: the connection is read no
 * faster than its streams are, so the network's own flow control holds the sender back.
 */
export function spdyConnection(
  input: Readable,
  output: Writable,
  onStream: (stream: SpdyStream) => void,
): SpdyConnection {
  const streams = new Map<number, Incoming>();
  const headerReader = new HeaderReader();
  const headerWriter = new HeaderWriter();

  function open(id: number, headers: ReadonlyMap<string, string>, finished: boolean): void {
    const stream = new Incoming(id, headers, output, () => streams.delete(id));
    streams.set(id, stream);
    output.write(controlFrame(SYN_REPLY, Buffer.concat([uint32(id), headerWriter.write(new Map())])));
    if (finished) stream.push(null);
    onStream(stream);
  }

  async function take(frame: Frame): Promise<void> {
    const { payload, flags } = frame;
    if (frame.type === "data") {
      const stream = streams.get(frame.stream);
      if (stream === undefined) return;
      await stream.accept(payload);
      if ((flags & FIN) !== 0) stream.push(null);
      return;
    }
    switch (frame.kind) {
      case SYN_STREAM:
        open(payload.readUInt32BE(0), await headerReader.read(payload.subarray(10)), (flags & FIN) !== 0);
        break;
      case RST_STREAM:
        streams.get(payload.readUInt32BE(0))?.destroy();
        break;
      case PING:
        output.write(controlFrame(PING, payload));
        break;
      case GOAWAY:
        // No new streams will come; the client ends the connection once the present ones are done.
        break;
    }
  }

  async function run(): Promise<void> {
    const reader = new FrameReader();
    for await (const chunk of input) {
      for (const frame of reader.read(chunk as Buffer)) await take(frame);
    }
  }

  output.on("error", () => undefined);
  const closed = run()
    .catch(() => undefined)
    .then(() => {
      headerReader.close();
      for (const stream of [...streams.values()]) stream.destroy();
      if (!output.writableEnded) output.end();
    });
  return {
    closed,
    end() {
      output.write(controlFrame(GOAWAY, Buffer.alloc(8)));
      output.end(() => input.destroy());
    },
  };
}

/** What is written goes out as data frames; what arrives waits here until it is read. */
class Incoming extends Duplex {
  readonly id: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly #output: Writable;
  readonly #gone: () => void;

  constructor(id: number, headers: ReadonlyMap<string, string>, output: Writable, gone: () => void) {
    super({ allowHalfOpen: true });
    this.id = id;
    this.headers = headers;
    this.#output = output;
    this.#gone = gone;
    this.on("error", () => undefined);
  }

  /** Resolves when there is room for more. */
  async accept(chunk: Buffer): Promise<void> {
    if (chunk.length === 0 || this.destroyed || this.readableEnded) return;
    if (this.push(chunk)) return;
    await Promise.race([once(this, "room"), once(this, "close")]);
  }

  override _read(): void {
    this.emit("room");
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const pieces: Buffer[] = [];
    for (let at = 0; at < chunk.length; at += MAX_DATA_BYTES) pieces.push(chunk.subarray(at, at + MAX_DATA_BYTES));
    const last = pieces.pop();
    if (last === undefined || !this.#output.writable) {
      done();
      return;
    }
    for (const piece of pieces) this.#output.write(dataFrame(this.id, piece));
    this.#output.write(dataFrame(this.id, last), () => done());
  }

  override _final(done: () => void): void {
    if (this.#output.writable) this.#output.write(dataFrame(this.id, Buffer.alloc(0), FIN));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#gone();
    done(error);
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
