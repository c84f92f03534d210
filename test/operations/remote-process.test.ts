import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiError } from "../../src/errors.ts";
import { endOfStdin, readFrame, StdinEncoder } from "../../src/operations/exec/channels.ts";
import { joinTerminal } from "../../src/operations/exec/join-terminal.ts";
import { type OpenProcessOptions, openProcess, type RemoteProcess } from "../../src/operations/exec/remote-process.ts";
import { ResourceClient } from "../../src/resources/client.ts";
import type { ChannelSocket, OpenRequest, Transport } from "../../src/transport/transport.ts";
import { BUILT_IN_RESOURCES } from "../../src/types/built-in-resources.ts";
import type { Pod } from "../../src/types/core-v1.ts";
import { fakeLentTerminal } from "../support/lent-terminal.ts";
import { type StreamCluster, startStreamCluster } from "../support/stream-cluster.ts";
import { failureOf } from "../transport/support/failure.ts";

let cluster: StreamCluster;
beforeAll(async () => {
  cluster = await startStreamCluster();
  await cluster.pod("p");
});
afterAll(() => cluster.close());

const pods = (): ResourceClient<Pod> => cluster.k8s.pods as unknown as ResourceClient<Pod>;
const run = (command: readonly string[], options: OpenProcessOptions = {}): Promise<RemoteProcess> =>
  openProcess(pods(), "p", { command, ...options });
async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test("output, errors and the exit code come apart", async () => {
  const process = await run(["sh", "-c", "echo out; echo err >&2; exit 3"]);
  expect(process.protocol).toBe("v5.channel.k8s.io");
  expect(await Promise.all([text(process.stdout), text(process.stderr)])).toEqual(["out\n", "err\n"]);
  expect(await process.exit).toEqual({ exitCode: 3, reason: "NonZeroExitCode" });
});

test("what is written is what the process reads, to its end", async () => {
  const process = await run(["cat"], { stdin: true });
  const sent = "äöü line\n".repeat(20_000);
  const received = text(process.stdout);
  await process.write(sent);
  await process.endStdin();
  expect(await received).toBe(sent);
  expect(await process.exit).toEqual({ exitCode: 0 });
  expect((await failureOf(process.write("x"))).message).toContain("it has been ended");
});

test("closing ends the process, and says that its end is not known", async () => {
  const process = await run(["sleep", "1000"]);
  await process[Symbol.asyncDispose]();
  expect(await failureOf(process.exit)).toMatchObject({ code: "ABORTED" });
});

test("a signal ends it while its output waits unread", async () => {
  const abort = new AbortController();
  const process = await run(["yes"], { signal: abort.signal });
  const reader = process.stdout[Symbol.asyncIterator]();
  await reader.next();
  abort.abort();
  expect(await failureOf(process.exit)).toMatchObject({ code: "ABORTED" });
  expect(await failureOf(reader.next())).toMatchObject({ code: "ABORTED" });
});

test("a handle that only tries its writes opens nothing", async () => {
  const error = await failureOf(openProcess(pods().dryRun(), "p", { command: ["ls"] }));
  expect(error).toMatchObject({ code: "NO_DRY_RUN", message: expect.stringContaining("there is no dry run for it") });
});

/** A server of which the test is the hand: frames are given out only when the client asks. */
function scripted(frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>, protocol = "v5.channel.k8s.io") {
  const sent: Uint8Array[] = [];
  const asked: OpenRequest["query"][] = [];
  let taken = 0;
  let underWay = 0;
  let mostUnderWay = 0;
  const socket: ChannelSocket = {
    protocol,
    // As a connection that is busy: it looks at the bytes only then.
    send: async (frame) => {
      underWay += frame.length;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      sent.push(Uint8Array.from(frame));
      underWay -= frame.length;
    },
    close: () => undefined,
    frames: (async function* () {
      for await (const frame of frames) {
        taken += 1;
        yield frame;
      }
    })(),
  };
  const client = new ResourceClient<Pod>({
    transport: {
      open: async (request: OpenRequest) => {
        asked.push(request.query);
        return socket;
      },
    } as unknown as Transport,
    resource: BUILT_IN_RESOURCES.find(({ name }) => name === "pods") as never,
    scope: { type: "namespace", namespace: "x", chosen: true },
  });
  return {
    sent,
    asked,
    taken: () => taken,
    mostUnderWay: () => mostUnderWay,
    open: (options: OpenProcessOptions = {}) => openProcess(client, "p", { command: ["x"], ...options }),
  };
}
const frame = (channel: number, content: string | Uint8Array): Uint8Array =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test("nothing is taken from the connection while 1 MiB waits unread, of either output", async () => {
  const chunk = Buffer.alloc(64 * 1024, "y");
  for (const channel of [1, 2]) {
    const server = scripted(
      (function* () {
        for (let count = 0; count < 100; count += 1) yield frame(channel, chunk);
        yield frame(3, '{"status":"Success"}');
      })(),
    );
    const process = await server.open();
    await turns();
    expect(server.taken()).toBe(16);
    const reader = (channel === 1 ? process.stdout : process.stderr)[Symbol.asyncIterator]();
    await reader.next();
    await turns();
    expect(server.taken()).toBe(17);
    // Who leaves lets the rest go by, so that the end is seen.
    await reader.return?.();
    expect(await process.exit).toEqual({ exitCode: 0 });
  }
});

test("a process that prints byte by byte is held back before the pieces themselves fill the memory", async () => {
  const many = 200_000;
  const server = scripted(
    (function* () {
      for (let count = 0; count < many; count += 1) yield frame(1, "y");
      yield frame(3, '{"status":"Success"}');
    })(),
  );
  const process = await server.open();
  await turns();
  expect(server.taken()).toBeLessThan(10_000);
  let read = 0;
  for await (const chunk of process.stdout) read += chunk.length;
  expect(read).toBe(many);
  expect(await process.exit).toEqual({ exitCode: 0 });
});

test("a terminal is asked for together with an input, without which runtimes lose what is printed there", async () => {
  const server = scripted([]);
  await server.open({ tty: true });
  await server.open({ subresource: "attach", tty: true });
  await server.open();
  expect(server.asked.map((query) => query?.stdin)).toEqual([true, undefined, undefined]);
});

test("a connection that ends without a status is lost, never a success", async () => {
  const server = scripted([frame(1, "half")]);
  const process = await server.open();
  const error = await failureOf(process.exit);
  expect(error).toMatchObject({ name: "ConnectionError", code: "CONNECTION_LOST" });
  const reader = process.stdout[Symbol.asyncIterator]();
  expect(Buffer.from((await reader.next()).value ?? "").toString()).toBe("half");
  expect(await failureOf(reader.next())).toBe(error);
});

test("a terminal's size goes to the process at first and whenever it changes", async () => {
  const terminal = fakeLentTerminal();
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const server = scripted(
    (async function* () {
      await ended;
      yield frame(3, '{"status":"Success"}');
    })(),
  );
  const joined = joinTerminal(await server.open({ tty: true, stdin: true }), terminal);
  terminal.resize(120, 40);
  await turns();
  end();
  expect(await joined).toEqual({ type: "exited", exit: { exitCode: 0 } });
  terminal.resize(1, 1);
  expect(server.sent.map((one) => Buffer.from(one).toString())).toEqual([
    '\u0004{"Width":80,"Height":24}',
    '\u0004{"Width":120,"Height":40}',
  ]);
});

test("a server of v4 cannot be told the end of the input", async () => {
  const server = scripted([frame(3, '{"status":"Success"}')], "v4.channel.k8s.io");
  const process = await server.open({ stdin: true });
  expect((await failureOf(process.endStdin())).hint).toContain("Servers since Kubernetes 1.30");
  expect(server.sent).toEqual([]);
});

test("a program that cannot be started is told with what to do, and the server's own words as its cause", async () => {
  const start = "OCI runtime exec failed: exec failed: unable to start container process: ";
  const cases = [
    [`${start}exec: "nope": executable file not found in $PATH: unknown`, "the container has no such program"],
    [`${start}exec: "/run.sh": stat /run.sh: no such file or directory: unknown`, "the container has no such program"],
    [`${start}exec: "/etc/passwd": permission denied: unknown`, "the container may not execute that"],
    [
      `${start}chdir to cwd ("/gone") set in config.json failed: no such file or directory: unknown`,
      "the container's working directory is not there",
    ],
  ] as const;
  for (const [message, what] of cases) {
    const status = { status: "Failure", reason: "InternalError", message, code: 500 };
    const process = await scripted([frame(3, JSON.stringify(status))]).open({ command: ["nope"] });
    const error = await failureOf(process.exit);
    expect(error.message).toBe(`Cannot run nope in pods "p": ${what}`);
    expect((error.cause as Error).message).toContain(message);
  }
  const refused = { status: "Failure", message: "container not running", code: 500 };
  const other = await scripted([frame(3, JSON.stringify(refused))]).open();
  expect(await failureOf(other.exit)).toBeInstanceOf(ApiError);
});

test("a long input is sent whole and in order, and no more than 512 KiB of it are under way", async () => {
  const server = scripted([]);
  const process = await server.open({ stdin: true });
  const input = Buffer.from(Uint8Array.from({ length: 1_300_000 }, (_, index) => index * 7 + (index >> 13)));
  await Promise.all([process.write(input.subarray(0, 1_200_000)), process.write(input.subarray(1_200_000))]);
  expect(Buffer.concat(server.sent.map((one) => one.subarray(1))).equals(input)).toBe(true);
  expect(server.mostUnderWay()).toBeGreaterThan(256 * 1024);
  expect(server.mostUnderWay()).toBeLessThan(513 * 1024);
});

test("what is cut into frames is whole again, in pieces of at most 32 KiB", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100_000 }), (bytes) => {
      const frames = new StdinEncoder().encode(bytes);
      expect(frames.every((one) => one[0] === 0 && one.length > 1 && one.length <= 32 * 1024 + 1)).toBe(true);
      expect(Buffer.concat(frames.map((one) => one.subarray(1))).equals(bytes)).toBe(true);
    }),
    { numRuns: 30 },
  );
  expect(endOfStdin("v5.channel.k8s.io")).toEqual(Uint8Array.of(255, 0));
  expect(readFrame(Uint8Array.of(9, 1))).toEqual({ type: "unknown" });
});
