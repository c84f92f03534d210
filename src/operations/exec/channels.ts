/**
 * The frames of a remote process: binary messages whose first byte names the channel.
 * https://github.com/kubernetes/apimachinery/blob/master/pkg/util/remotecommand/constants.go
 */

/** `v5` can end stdin; `v4` is what servers before 1.30 speak. */
export const PROCESS_PROTOCOLS: readonly string[] = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
const CLOSE = 255;

/** What kubectl sends at once, so what servers and proxies on the way are used to. */
const MAX_STDIN_FRAME = 32 * 1024;

/** A frame of the server's, decoded. */
export type ProcessFrame =
  | { readonly type: "stdout" | "stderr" | "status"; readonly data: Uint8Array }
  | { readonly type: "unknown" };

export function readFrame(frame: Uint8Array): ProcessFrame {
  const data = frame.subarray(1);
  switch (frame[0]) {
    case STDOUT:
      return { type: "stdout", data };
    case STDERR:
      return { type: "stderr", data };
    case STATUS:
      return { type: "status", data };
    default:
      return { type: "unknown" };
  }
}

/** Encodes what a process is to read. */
export class StdinEncoder {
  #memory: Uint8Array = new Uint8Array();

  /** Frames of at most 32 KiB. They stand on memory that the next call uses again: let them be sent before. */
  encode(part: Uint8Array): Uint8Array[] {
    const count = Math.ceil(part.length / MAX_STDIN_FRAME);
    if (this.#memory.length < part.length + count) this.#memory = new Uint8Array(part.length + count);
    return Array.from({ length: count }, (_, index) => {
      const start = index * MAX_STDIN_FRAME;
      const payload = part.subarray(start, start + MAX_STDIN_FRAME);
      const frame = this.#memory.subarray(start + index, start + index + 1 + payload.length);
      frame[0] = STDIN;
      frame.set(payload, 1);
      return frame;
    });
  }
}

/** Ends stdin; undefined where the protocol has no way to. */
export function endOfStdin(protocol: string): Uint8Array | undefined {
  return protocol === "v5.channel.k8s.io" ? Uint8Array.of(CLOSE, STDIN) : undefined;
}

/** The terminal's size in characters. */
export function resizeFrame(columns: number, rows: number): Uint8Array {
  return frameOf(RESIZE, new TextEncoder().encode(JSON.stringify({ Width: columns, Height: rows })));
}

function frameOf(channel: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(payload.length + 1);
  frame[0] = channel;
  frame.set(payload, 1);
  return frame;
}
