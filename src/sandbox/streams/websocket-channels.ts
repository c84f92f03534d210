import { PassThrough, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { RawData, WebSocket } from "ws";
import type { CommandChannels, PortChannels } from "./channels.ts";
import { readSize } from "./channels.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
const CLOSE = 255;

/** What is taken in advance on either way. Little of it makes client, server and process wait for each other in turn. */
const HIGH_WATER = { highWaterMark: 512 * 1024 };

/**
 * The channels of `v5.channel.k8s.io` and `v4.channel.k8s.io`: binary messages whose first byte names the channel. Only
 * v5 can end stdin, by `[255, 0]`.
 */
export function commandChannels(socket: WebSocket, wants: { stdout: boolean; stderr: boolean }): CommandChannels {
  const stdin = new PassThrough(HIGH_WATER);
  let resized: (columns: number, rows: number) => void = () => {};
  socket.on("message", (data: RawData) => {
    const [channel, payload] = split(data);
    if (channel === STDIN) feed(socket, stdin, payload);
    else if (channel === RESIZE) {
      const size = readSize(payload.toString());
      if (size !== undefined) resized(size.columns, size.rows);
    } else if (channel === CLOSE && payload[0] === STDIN && socket.protocol.startsWith("v5")) stdin.end();
  });
  // An empty message tells the client that the command is reached.
  socket.send(Buffer.from([wants.stdout ? STDOUT : wants.stderr ? STDERR : STATUS]));
  const [stdout, stderr] = [channelWriter(socket, STDOUT), channelWriter(socket, STDERR)];
  return {
    stdin,
    stdout,
    stderr,
    onResize(listener) {
      resized = listener;
    },
    closed: closing(socket, [stdin]),
    finish(status) {
      // What was written is sent before: behind the close it would be lost.
      void Promise.allSettled([stdout, stderr].map((output) => finished(output.end()))).then(() => {
        socket.send(frame(STATUS, Buffer.from(JSON.stringify(status))));
        socket.close(1000);
      });
    },
  };
}

/**
 * The channels of a port-forward: data on 2i, errors on 2i + 1 for the i-th port; the first message on each is the port
 * as 16 bits, little-endian. The socket ends with its last port.
 */
export function portChannels(socket: WebSocket, ports: readonly number[]): PortChannels[] {
  const inputs = ports.map(() => new PassThrough(HIGH_WATER));
  const closed = closing(socket, inputs);
  let open = ports.length;
  socket.on("message", (data: RawData) => {
    const [channel, payload] = split(data);
    const input = channel % 2 === 0 ? inputs[channel / 2] : undefined;
    if (input !== undefined) feed(socket, input, payload);
  });
  return inputs.map((input, index) => {
    const port = ports[index] ?? 0;
    const data = 2 * index;
    const number = Buffer.from([port & 0xff, port >> 8]);
    socket.send(frame(data, number));
    socket.send(frame(data + 1, number));
    const output = channelWriter(socket, data);
    const end = (): void => {
      open -= 1;
      const last = open === 0;
      void finished(output.end()).finally(() => {
        if (last) socket.close(1000);
      });
    };
    return {
      port,
      input,
      output,
      fail(message) {
        socket.send(frame(data + 1, Buffer.from(message)));
        end();
      },
      end,
      closed,
    };
  });
}

/** The socket as a stream of bytes, for a protocol that is carried over it. */
export function tunnelled(socket: WebSocket): { input: PassThrough; output: Writable } {
  const input = new PassThrough(HIGH_WATER);
  socket.on("message", (data: RawData) => feed(socket, input, bytesOf(data)));
  void closing(socket, [input]);
  return { input, output: messageWriter(socket, (chunk) => chunk) };
}

function channelWriter(socket: WebSocket, channel: number): Writable {
  // Only one message is under way, so that its memory can be used again: thousands of large buffers a second would keep
  // the garbage collector busier than all else.
  let memory = Buffer.of(channel);
  return messageWriter(socket, (chunk) => {
    if (memory.length <= chunk.length) memory = Buffer.concat([memory.subarray(0, 1)], chunk.length + 1);
    chunk.copy(memory, 1);
    return memory.subarray(0, chunk.length + 1);
  });
}

/** Each chunk is a message; the next is taken once this one has been handed to the network. */
function messageWriter(socket: WebSocket, messageOf: (chunk: Buffer) => Buffer): Writable {
  return new Writable({
    ...HIGH_WATER,
    write(chunk: Buffer, _encoding, done) {
      // What comes after the client has gone is dropped: whoever writes learns of it elsewhere.
      socket.send(messageOf(chunk), () => done());
    },
  });
}

/** The socket is read no faster than the stream is. */
function feed(socket: WebSocket, stream: PassThrough, chunk: Buffer): void {
  if (stream.writableEnded || stream.destroyed || stream.write(chunk)) return;
  socket.pause();
  const resume = (): void => {
    stream.off("drain", resume).off("close", resume);
    socket.resume();
  };
  stream.on("drain", resume).on("close", resume);
}

function closing(socket: WebSocket, inputs: readonly PassThrough[]): Promise<void> {
  return new Promise((resolve) => {
    socket.on("error", () => socket.terminate());
    socket.once("close", () => {
      for (const input of inputs) input.end();
      resolve();
    });
  });
}

function frame(channel: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([channel]), payload]);
}

function split(data: RawData): [channel: number, payload: Buffer] {
  const bytes = bytesOf(data);
  return [bytes[0] ?? -1, bytes.subarray(1)];
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
