/** Frames of SPDY/3.1: https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/#2.2-Framing */
export type Frame =
  | { readonly type: "data"; readonly stream: number; readonly flags: number; readonly payload: Buffer }
  | { readonly type: "control"; readonly kind: number; readonly flags: number; readonly payload: Buffer };

export const SYN_STREAM = 1;
export const SYN_REPLY = 2;
export const RST_STREAM = 3;
export const PING = 6;
export const GOAWAY = 7;
export const HEADERS = 8;

/** The last frame of its stream in this direction. */
export const FIN = 1;

const HEAD_BYTES = 8;
const VERSION = 3;

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** The frames that are whole with this chunk. */
  read(chunk: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    for (;;) {
      if (this.#rest.length < HEAD_BYTES) return frames;
      const length = this.#rest.readUIntBE(5, 3);
      if (this.#rest.length < HEAD_BYTES + length) return frames;
      const payload = this.#rest.subarray(HEAD_BYTES, HEAD_BYTES + length);
      const flags = this.#rest.readUInt8(4);
      const first = this.#rest.readUInt32BE(0);
      frames.push(
        first >>> 31 === 1
          ? { type: "control", kind: first & 0xffff, flags, payload }
          : { type: "data", stream: first, flags, payload },
      );
      this.#rest = this.#rest.subarray(HEAD_BYTES + length);
    }
  }
}

export function dataFrame(stream: number, payload: Buffer, flags = 0): Buffer {
  return Buffer.concat([head(stream, flags, payload.length), payload]);
}

export function controlFrame(kind: number, payload: Buffer, flags = 0): Buffer {
  return Buffer.concat([head((0x80000000 | (VERSION << 16) | kind) >>> 0, flags, payload.length), payload]);
}

function head(first: number, flags: number, length: number): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  bytes.writeUInt32BE(first, 0);
  bytes.writeUInt8(flags, 4);
  bytes.writeUIntBE(length, 5, 3);
  return bytes;
}
