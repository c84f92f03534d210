import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { abortError } from "../core/abort.ts";
import { Fifo } from "../core/fifo.ts";
import { apiErrorFrom } from "./api-error.ts";
import type { Dial } from "./dial.ts";
import type { ChannelSocket, OpenRequest } from "./transport.ts";

/** What surrounds a socket that is being opened. */
export interface OpenContext {
  readonly signal: AbortSignal;
  /** Turns a low-level failure into an error of the family. */
  readonly failure: (error: unknown) => Error;
  /** How often the peer is asked for a sign of life. Default 5 s. */
  readonly pingIntervalMs?: number | undefined;
}

const PING_INTERVAL_MS = 5000;
/** A peer that has let so many pings go by is dead; client-go's own number. */
const MAX_MISSED_PINGS = 12;
/** A server reads no further, and so finds no ping, while a process or a port does not take this much. */
const MAX_UNANSWERED_BYTES = 64 * 1024;

/**
 * What waits unread until the socket is paused, and what is left of it when it is read again. With less, it would be
 * paused at almost every frame of a fast sender, and both sides would wait for each other in turn.
 */
const HIGH_WATER_BYTES = 512 * 1024;
const LOW_WATER_BYTES = 128 * 1024;
/** What a frame takes besides its bytes: many small ones are many. */
const FRAME_BYTES = 128;

/** What stands for a close without the closing handshake: https://www.rfc-editor.org/rfc/rfc6455#section-7.1.5 */
const LOST = 1006;

/** A refused upgrade is explained by a Status of a few hundred bytes; more is not read. */
const MAX_REFUSAL = 64 * 1024;

/**
 * Upgrades one dialed socket to a WebSocket. Rejects with ApiError when the server answers anything but 101.
 * Frames are not asked for from the kernel while no one reads them.
 */
export async function openWebSocket(
  url: string,
  request: OpenRequest,
  dial: Dial,
  context: OpenContext,
): Promise<ChannelSocket> {
  const { signal } = context;
  const { WebSocket } = await import("ws");
  const connection = await dial(signal);
  if (signal.aborted) {
    connection.destroy();
    throw signal.reason;
  }
  const socket = new WebSocket(url.replace(/^http/, "ws"), [...request.protocols], {
    headers: { ...request.headers } as Record<string, string | string[]>,
    perMessageDeflate: false,
    ...(url.startsWith("https:") ? { generateMask: noMask } : {}),
    createConnection: () => connection,
  });
  const frames = new FrameQueue(socket, context);
  const onAbort = (): void => {
    frames.fail(abortError(signal));
    socket.terminate();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  socket.once("close", () => signal.removeEventListener("abort", onAbort));
  await opened(socket, request, signal);
  const peer = keepAlive(socket, frames, context);
  return {
    protocol: socket.protocol,
    frames,
    send: (frame) =>
      new Promise((resolve, reject) => {
        peer.sent(frame.length);
        socket.send(frame, { binary: true }, (error) => (error ? reject(context.failure(error)) : resolve()));
      }),
    close: (code, reason) => {
      frames.resume();
      socket.close(code, reason);
    },
  };
}

/**
 * A mask of zeros, which changes nothing and costs nothing. Masks keep scripts of browsers from writing bytes of their own
 * choice into plain connections, where proxies could take them for HTTP; inside of TLS nobody on the way sees any bytes.
 * Connections without TLS are masked with random bytes: https://www.rfc-editor.org/rfc/rfc6455#section-10.3
 */
function noMask(mask: Buffer): void {
  mask.fill(0);
}

/**
 * Pings the peer, which also keeps proxies on the way from taking the connection for idle, and fails the frames when it
 * no longer answers. Its silence does not count while no one reads the socket, nor while much was sent that it may not have
 * come to: then TCP tells whether it is alive.
 */
function keepAlive(socket: WebSocket, frames: FrameQueue, context: OpenContext): { sent(bytes: number): void } {
  let missed = 0;
  let unanswered = 0;
  const heard = (): void => {
    missed = 0;
    unanswered = 0;
  };
  socket.on("pong", heard).on("ping", heard).on("message", heard);
  const timer = setInterval(() => {
    missed = socket.isPaused || unanswered >= MAX_UNANSWERED_BYTES ? 0 : missed + 1;
    if (missed <= MAX_MISSED_PINGS) {
      if (socket.readyState === socket.OPEN) socket.ping();
      return;
    }
    const silent = Object.assign(new Error("the peer does not answer pings"), { code: "ECONNRESET" });
    frames.fail(context.failure(silent));
    socket.terminate();
  }, context.pingIntervalMs ?? PING_INTERVAL_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
  return {
    sent: (bytes) => {
      unanswered += bytes;
    },
  };
}

function opened(socket: WebSocket, request: OpenRequest, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", (error) => reject(signal.aborted ? signal.reason : error));
    socket.once("unexpected-response", (upgrade, response) => {
      refusal(response)
        .then((body) => {
          const answer = { status: response.statusCode ?? 0, headers: response.headers, body };
          reject(apiErrorFrom(answer, { method: "GET", path: request.path }));
        }, reject)
        .finally(() => upgrade.destroy());
    });
  });
}

async function refusal(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_REFUSAL) break;
  }
  return Buffer.concat(chunks);
}

/** Frames between the socket, which pushes, and the reader, who pulls. Beyond 512 KiB they wait at the peer. */
class FrameQueue implements AsyncIterable<Uint8Array> {
  readonly #socket: WebSocket;
  readonly #waiting = new Fifo<Uint8Array>();
  #waitingBytes = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #error: Error | undefined;
  #discarding = false;

  constructor(socket: WebSocket, context: OpenContext) {
    this.#socket = socket;
    socket.on("message", (data) => this.#push(data as Buffer));
    socket.on("error", (error) => this.fail(context.failure(error)));
    socket.on("close", (code) => {
      // What came before is still read.
      const broken = Object.assign(new Error("closed in mid-stream"), { code: "ECONNRESET" });
      if (code === LOST) this.fail(context.failure(broken));
      this.#ended = true;
      this.#notify();
    });
  }

  fail(error: Error): void {
    this.#error ??= error;
    this.#notify();
  }

  /** Lets the rest go by unread, so that a closing handshake can be seen. */
  resume(): void {
    this.#discarding = true;
    if (this.#socket.isPaused) this.#socket.resume();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      while (true) {
        const frame = this.#take();
        if (frame !== undefined) yield frame;
        else if (this.#error !== undefined) throw this.#error;
        else if (this.#ended) return;
        else await this.#more();
      }
    } finally {
      this.resume();
      this.#socket.close();
    }
  }

  #take(): Uint8Array | undefined {
    const frame = this.#waiting.shift();
    if (frame !== undefined) this.#waitingBytes -= frame.length + FRAME_BYTES;
    if (this.#waitingBytes <= LOW_WATER_BYTES && this.#socket.isPaused) this.#socket.resume();
    return frame;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #push(frame: Uint8Array): void {
    if (this.#discarding) return;
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length + FRAME_BYTES;
    if (this.#waitingBytes >= HIGH_WATER_BYTES) this.#socket.pause();
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
