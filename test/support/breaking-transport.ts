import type { ChannelSocket, Transport } from "../../src/transport/transport.ts";

/** What happens to one upgraded connection. */
export interface Break {
  /** The first byte of the frames that are counted: 0 what is sent to stdin, 1 stdout, 3 the exit code. */
  readonly channel: number;
  /** Bytes of that channel that pass; the connection is lost with the next. */
  readonly after: number;
  /** Called as it is lost. */
  readonly onLost?: () => void;
}

/** A transport whose upgraded connections are lost as `next` tells of each that is opened. */
export function breakingTransport(inner: Transport, next: () => Break | undefined): Transport {
  return {
    send: (request, options) => inner.send(request, options),
    stream: (request, options) => inner.stream(request, options),
    upgrade: (request, options) => inner.upgrade(request, options),
    close: () => inner.close(),
    open: async (request, options) => {
      const socket = await inner.open(request, options);
      const broken = next();
      return broken === undefined ? socket : breaking(socket, broken);
    },
  };
}

function breaking(inner: ChannelSocket, { channel, after, onLost }: Break): ChannelSocket {
  let left = after;
  let lost = false;
  const lose = (): void => {
    lost = true;
    inner.close();
    onLost?.();
  };
  return {
    protocol: inner.protocol,
    close: (code, reason) => inner.close(code, reason),
    send: async (frame) => {
      if (frame[0] === channel) left -= frame.length - 1;
      if (left < 0 && !lost) lose();
      if (lost) throw new Error("the connection was reset");
      await inner.send(frame);
    },
    frames: (async function* () {
      for await (const frame of inner.frames) {
        if (lost) return;
        if (frame[0] !== channel) {
          yield frame;
          continue;
        }
        const passed = Math.max(0, Math.min(left, frame.length - 1));
        left -= frame.length - 1;
        if (left >= 0) yield frame;
        else if (passed > 0) yield frame.subarray(0, passed + 1);
        if (left < 0) return lose();
      }
    })(),
  };
}
