import { PassThrough, type Readable, type Writable } from "node:stream";
import type { ContainerAccess } from "../../model/container-access.ts";
import type { Pod } from "../../pods/pod.ts";
import { type CommandChannels, readSize } from "../channels.ts";
import type { CommandOptions } from "../command-options.ts";
import { TextRefusal } from "../refusal.ts";
import { servePort } from "../serve-port.ts";
import type { Upgrade } from "../upgrade.ts";
import { type SpdyConnection, type SpdyStream, spdyConnection } from "./connection.ts";

const COMMAND_PROTOCOL = "v4.channel.k8s.io";
const PORT_PROTOCOL = "portforward.k8s.io";

/** Upgrades to SPDY/3.1 and runs a command once the client has opened a stream for each of its channels. */
export async function acceptSpdyCommand(
  upgrade: Upgrade,
  options: CommandOptions,
  begin: (channels: CommandChannels, translated: boolean) => Promise<void>,
): Promise<void> {
  negotiate(upgrade, COMMAND_PROTOCOL);
  const { input, output } = accept(upgrade, COMMAND_PROTOCOL);
  const wanted = wantedStreams(options);
  const opened = new Map<string, SpdyStream>();
  await new Promise<void>((resolve) => {
    const connection = spdyConnection(input, output, (stream) => {
      opened.set(stream.headers.get("streamtype") ?? "", stream);
      if (!wanted.every((type) => opened.has(type))) return;
      resolve(begin(commandChannels(opened, connection), false).catch(() => connection.end()));
    });
    connection.closed.then(resolve);
  });
}

/** Upgrades to SPDY/3.1 and forwards the ports that the client opens streams for. */
export async function acceptSpdyPorts(upgrade: Upgrade, pod: Pod, containers: ContainerAccess): Promise<void> {
  negotiate(upgrade, PORT_PROTOCOL);
  const { input, output } = accept(upgrade, PORT_PROTOCOL);
  await serveSpdyPorts(input, output, pod, containers);
}

/** Serves port-forwards: a stream for errors and one for data a connection, which share a request id. */
export async function serveSpdyPorts(
  input: Readable,
  output: Writable,
  pod: Pod,
  containers: ContainerAccess,
): Promise<void> {
  const errors = new Map<string, SpdyStream>();
  const connection = spdyConnection(input, output, (stream) => {
    const id = stream.headers.get("requestid") ?? "";
    if (stream.headers.get("streamtype") === "error") {
      errors.set(id, stream);
      return;
    }
    const error = errors.get(id);
    errors.delete(id);
    const port = Number(stream.headers.get("port"));
    if (error === undefined || !(port > 0 && port < 65536)) {
      stream.destroy();
      return;
    }
    const end = (): void => {
      stream.end();
      error.end();
    };
    const closed = new Promise<void>((resolve) => stream.once("close", resolve));
    const fail = (message: string): void => {
      error.write(Buffer.from(message));
      end();
    };
    error.resume();
    void servePort(pod, { port, input: stream, output: stream, fail, end, closed }, containers);
  });
  await connection.closed;
}

function wantedStreams({ stdin, stdout, stderr, tty }: CommandOptions): string[] {
  return [
    "error",
    ...(stdin ? ["stdin"] : []),
    ...(stdout ? ["stdout"] : []),
    ...(stderr ? ["stderr"] : []),
    ...(tty ? ["resize"] : []),
  ];
}

function commandChannels(opened: ReadonlyMap<string, SpdyStream>, connection: SpdyConnection): CommandChannels {
  const silent = (): PassThrough => new PassThrough().resume();
  const { stdin = new PassThrough().end(), stdout = silent(), stderr = silent() } = Object.fromEntries(opened);
  return {
    stdin,
    stdout,
    stderr,
    onResize(listener) {
      // Each message is a JSON text, with or without a line end; one seldom shares a chunk with another.
      opened.get("resize")?.on("data", (chunk: Buffer) => {
        for (const text of chunk.toString().match(/\{[^}]*\}/g) ?? []) {
          const size = readSize(text);
          if (size !== undefined) listener(size.columns, size.rows);
        }
      });
    },
    closed: connection.closed,
    finish(status) {
      opened.get("error")?.write(Buffer.from(JSON.stringify(status)));
      const ends = [...opened.values()].map(
        (stream) => new Promise<void>((resolve) => (stream.destroyed ? resolve() : stream.end(resolve))),
      );
      void Promise.all(ends).then(() => connection.end());
    },
  };
}

/** Throws the 403 where the client does not offer what the server speaks. */
function negotiate({ message }: Upgrade, protocol: string): void {
  const offered = (message.headersDistinct["x-stream-protocol-version"] ?? []).flatMap((one) => one.split(","));
  if (offered.some((one) => one.trim() === protocol)) return;
  const headers = { "accepted-stream-protocol-versions": protocol };
  throw new TextRefusal(
    403,
    `unable to upgrade: unable to negotiate protocol: client supports [${offered.join(" ")}], server supports [${protocol}]`,
    headers,
  );
}

/** Answers the upgrade; the connection is SPDY's from here. */
function accept({ socket, head }: Upgrade, protocol: string): { input: Readable; output: Writable } {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Connection: Upgrade",
    "Upgrade: SPDY/3.1",
    `X-Stream-Protocol-Version: ${protocol}`,
  ];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) socket.unshift(head);
  return { input: socket, output: socket };
}
