import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import {
  ask,
  type RecordedStream,
  recordedFrames,
  recordedOutcome,
  recordedStreams,
  runningPod,
  type Streams,
  startStreams,
} from "./harness.ts";

const POD = "/api/v1/namespaces/default/pods/p";
const V5 = ["v5.channel.k8s.io"];
const V4 = ["v4.channel.k8s.io"];

let streams: Streams;

beforeAll(async () => {
  streams = await startStreams();
  await runningPod(streams);
});

afterAll(() => streams.close());

/** Recorded exchanges that need no container of their own: the recorded namespace is `st`. */
const REPLAYED = recordedStreams().filter(({ name }) =>
  [
    ...["exec prints", "exec exits 3", "exec exits 3, v4", "exec absent container", "exec absent pod"],
    ...["exec without streams", "exec unsupported protocol", "exec both offered"],
    ...["exec cat: stdin then close frame [255,0]", "port-forward without ports", "port-forward v5"],
  ].includes(name),
);

describe("a real server's recorded answers are given again", () => {
  test("to as many exchanges as there are", () => expect(REPLAYED).toHaveLength(11));

  test.each(REPLAYED)("$name", async (recorded: RecordedStream) => {
    const { path, protocols } = recorded.request;
    const here = path.replace("/namespaces/st/", "/namespaces/default/");
    expect(await ask(streams, here, protocols, recordedFrames(recorded))).toEqual(recordedOutcome(recorded));
  });
});

test("a command that floods its output arrives whole", async () => {
  const query = new URLSearchParams([
    ["command", "sh"],
    ["command", "-c"],
    ["command", "head -c 5000000 /dev/zero"],
    ["stdout", "true"],
  ]);
  const outcome = await ask(streams, `${POD}/exec?${query}`, V5);
  if (!("channels" in outcome)) throw new Error(`refused: ${outcome.body}`);
  expect(outcome.channels[1]).toHaveLength(5_000_000);
});

test("a client that leaves ends its command", async () => {
  const query = "command=sh&command=-c&command=echo%20$$;%20exec%20sleep%201000&stdout=true";
  const socket = new WebSocket(`wss://127.0.0.1:${streams.listener.port}${POD}/exec?${query}`, V5, streams.credentials);
  const pid = await new Promise<number>((resolve) => {
    socket.on("message", (data: Buffer) => data.length > 1 && resolve(Number(data.subarray(1).toString())));
  });
  expect(isAlive(pid)).toBe(true);
  socket.terminate();
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
});

test("a forwarded port answers, and each of two ports has its channels", async () => {
  const server = createServer((socket) => socket.on("data", (chunk) => socket.end(`got ${chunk}`))).listen(
    0,
    "127.0.0.1",
  );
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  const number = Buffer.from([port & 0xff, port >> 8]).toString("latin1");
  const frames = [
    { hex: `00${Buffer.from("one").toString("hex")}` },
    { hex: `02${Buffer.from("two").toString("hex")}` },
  ];
  const outcome = await ask(streams, `${POD}/portforward?ports=${port},${port}`, V4, frames);
  expect(outcome).toEqual({
    protocol: "v4.channel.k8s.io",
    channels: { 0: `${number}got one`, 1: number, 2: `${number}got two`, 3: number },
    code: 1000,
  });
  server.close();
});

test("a port where nobody listens is told on the error channel", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  const outcome = await ask(streams, `${POD}/portforward?ports=${port}`, V4);
  if (!("channels" in outcome)) throw new Error(`refused: ${outcome.body}`);
  expect(outcome.channels[1]?.slice(2)).toMatch(/^error forwarding port \d+ to pod .*ECONNREFUSED/);
});

test("without a credential the upgrade is refused as any request is", async () => {
  const anonymous = { ...streams, credentials: { ca: streams.credentials.ca, cert: "", key: "" } };
  const outcome = await ask(anonymous, `${POD}/exec?command=true&stdout=true`, V5);
  if (!("body" in outcome)) throw new Error("the upgrade was let through");
  expect(outcome.status).toBe(403);
  expect(JSON.parse(outcome.body)).toMatchObject({
    reason: "Forbidden",
    message: expect.stringContaining('User "system:anonymous" cannot get resource "pods/exec"'),
  });
});

test("a plain request for a stream is told to upgrade", async () => {
  const peer = { certificate: { commonName: "admin", organizations: ["system:masters"], sha256: "a".repeat(64) } };
  const url = `https://sandbox${POD}/exec?command=true&stdout=true`;
  const answer = await streams.sandbox.handle(new Request(url), peer);
  expect(await answer.json()).toMatchObject({ code: 400, message: "Upgrade request required" });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
