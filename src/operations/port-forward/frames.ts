/**
 * The channels of one forwarded port: binary messages whose first byte names the channel, 0 for data and 1 for errors.
 * The first two bytes that the server sends on each are the port's number, which says nothing new here.
 * https://github.com/kubernetes/kubelet/blob/master/pkg/cri/streaming/portforward/websocket.go
 */

/** The one that kubelets take from browsers and libraries; kubectl tunnels SPDY through WebSockets instead. */
export const PORT_PROTOCOL = "v4.channel.k8s.io";

const DATA = 0;
const ERROR = 1;
const PORT_BYTES = 2;

/** What of a message is of use. */
export interface PortFrame {
  readonly type: "data" | "error";
  readonly payload: Uint8Array;
}

/** Bytes for the pod. */
export function dataFrame(chunk: Uint8Array): Uint8Array {
  const frame = new Uint8Array(chunk.length + 1);
  frame[0] = DATA;
  frame.set(chunk, 1);
  return frame;
}

/** Reads the server's messages in their order; undefined for what holds nothing but the port. */
export function portFrameReader(): (frame: Uint8Array) => PortFrame | undefined {
  const header = [PORT_BYTES, PORT_BYTES];
  return (frame) => {
    const channel = frame[0];
    if (channel !== DATA && channel !== ERROR) return undefined;
    const left = header[channel] ?? 0;
    const skipped = Math.min(left, frame.length - 1);
    header[channel] = left - skipped;
    const payload = frame.subarray(1 + skipped);
    return payload.length === 0 ? undefined : { type: channel === DATA ? "data" : "error", payload };
  };
}
