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

/** What the process is to read, in frames of at most 32 KiB. */
export function* stdinFrames(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
  for (let start = 0; start < chunk.length; start += MAX_STDIN_FRAME) {
    yield frameOf(STDIN, chunk.subarray(start, start + MAX_STDIN_FRAME));
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
