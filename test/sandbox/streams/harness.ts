import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect as connectSocket } from "node:net";
import path from "node:path";
import WebSocket, { type RawData } from "ws";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../../src/sandbox/index.ts";
import { createCertificateAuthority } from "../../../src/sandbox/listener/certificate.ts";
import {
  type Handle,
  type HandleUpgrade,
  type Listener,
  startListener,
} from "../../../src/sandbox/listener/listener.ts";
import type { ContainerAccess, ContainerSession } from "../../../src/sandbox/model/container-access.ts";
import type { ContainerRunner } from "../../../src/sandbox/pods/container-runner.ts";
import type { Pod } from "../../../src/sandbox/pods/pod.ts";
import { createUpgrades } from "../../../src/sandbox/streams/upgrade.ts";

/** What came of a WebSocket request. */
export type Outcome =
  | { readonly status: number; readonly body: string }
  | { readonly protocol: string; readonly channels: Record<number, string>; readonly code: number };

export interface ClientFrame {
  readonly hex: string;
}

/** A server whose containers are plain child processes of the test: no isolation, no shell of its own. */
export interface Streams {
  readonly sandbox: Sandbox;
  readonly listener: Listener;
  readonly credentials: { readonly ca: string; readonly cert: string; readonly key: string };
  close(): Promise<void>;
}

/** Whoever looks on as the server works. */
export interface Onlooker {
  handle(inner: Handle): Handle;
  handleUpgrade(inner: HandleUpgrade): HandleUpgrade;
}

export async function startStreams(
  onlooker?: Onlooker,
  options: Pick<SandboxOptions, "metrics"> = {},
): Promise<Streams> {
  const authority = createCertificateAuthority();
  const sandbox = createSandbox({
    nodes: [{ name: "node0" }],
    addons: false,
    containerRunner: () => childProcesses(),
    ...options,
  });
  const listener = await startListener({
    handle: onlooker?.handle(sandbox.handle) ?? sandbox.handle,
    handleUpgrade: onlooker?.handleUpgrade(createUpgrades(sandbox)) ?? createUpgrades(sandbox),
    certificate: authority.issueServer("kube-apiserver", ["127.0.0.1"]),
    clientAuthority: authority.certificate,
  });
  const { certificate, key } = authority.issueClient("admin", ["system:masters"]);
  return {
    sandbox,
    listener,
    credentials: { ca: authority.certificate, cert: certificate, key },
    async close() {
      sandbox.close();
      await listener.close(0);
    },
  };
}

/** A pod with one container, `main`, that runs by now. */
export async function runningPod({ sandbox }: Streams, name = "p"): Promise<Pod> {
  const spec = { containers: [{ name: "main", image: "busybox:1", command: ["sleep", "infinity"] }] };
  const { registry } = sandbox;
  await until(() => registry.get("serviceaccounts", "default", "default") !== undefined);
  registry.create("pods", "default", { metadata: { name }, spec }, { manager: "test" });
  const read = (): Pod => registry.get("pods", "default", name) as Pod;
  await until(() => read().status?.phase === "Running");
  return read();
}

/** Looks again and again; a test that waits for what never comes is timed out. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Asks for a WebSocket and collects what comes, by channel; `frames` are sent in order once it is open. */
export function ask(
  { listener, credentials }: { listener: Pick<Listener, "port">; credentials: Streams["credentials"] },
  pathAndQuery: string,
  protocols: readonly string[],
  frames: readonly ClientFrame[] = [],
  headers: Record<string, string> = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const url = `wss://127.0.0.1:${listener.port}${pathAndQuery}`;
    const socket = new WebSocket(url, [...protocols], { ...credentials, headers });
    const channels: Record<number, string> = {};
    socket.on("open", () => {
      for (const { hex } of frames) socket.send(Buffer.from(hex, "hex"));
    });
    socket.on("message", (data: RawData) => {
      const [channel = -1, ...rest] = data as Buffer;
      channels[channel] = (channels[channel] ?? "") + Buffer.from(rest).toString("latin1");
    });
    socket.on("unexpected-response", async (_request, response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
    });
    socket.on("error", () => undefined);
    socket.on("close", (code) => resolve({ protocol: socket.protocol, channels, code }));
  });
}

/** A recorded WebSocket exchange with a real server. */
export interface RecordedStream {
  readonly name: string;
  readonly request: { readonly path: string; readonly protocols: readonly string[] };
  readonly response: {
    readonly status?: number;
    readonly body?: string;
    readonly protocol?: string;
    readonly frames?: readonly { readonly from: string; readonly channel: number; readonly hex: string }[];
    readonly close?: { readonly code: number };
  };
}

export function recordedStreams(): RecordedStream[] {
  const file = path.join(import.meta.dirname, "../../fixtures/recordings/streams.json");
  const all = JSON.parse(readFileSync(file, "utf8")) as RecordedStream[];
  return all.filter(({ request }) => request.protocols !== undefined);
}

/** A recorded answer in the form of an outcome. */
export function recordedOutcome({ response }: RecordedStream): Outcome {
  if (response.status !== undefined) return { status: response.status, body: response.body ?? "" };
  const channels: Record<number, string> = {};
  for (const { from, channel, hex } of response.frames ?? []) {
    if (from === "server") {
      channels[channel] = (channels[channel] ?? "") + Buffer.from(hex, "hex").toString("latin1");
    }
  }
  return { protocol: response.protocol ?? "", channels, code: response.close?.code ?? 0 };
}

export function recordedFrames({ response }: RecordedStream): ClientFrame[] {
  return (response.frames ?? []).filter(({ from }) => from === "client");
}

/** Leaves containers to the simulation, and runs the commands of exec as children. */
function childProcesses(): ContainerRunner {
  const access: ContainerAccess = {
    logs: () => emptyLog(),
    check: () => undefined,
    exec: async (_pod, _container, { command, stdin }) => session(command, stdin),
    attach: async () => session(["cat"], true),
    connect: (_pod, port) =>
      new Promise((resolve, reject) => {
        const socket = connectSocket(port, "127.0.0.1");
        socket.once("connect", () => resolve(socket)).once("error", reject);
      }),
  };
  return { access, start: () => undefined, forget: () => undefined, close: () => undefined };
}

function session([program = "", ...args]: readonly string[], stdin: boolean): ContainerSession {
  const child = spawn(program, args);
  if (!stdin) child.stdin.end();
  return {
    stdin: stdin ? child.stdin : undefined,
    stdout: child.stdout,
    stderr: child.stderr,
    ended: new Promise((resolve) => {
      // As a container runtime words it.
      const missing = `exec: ${JSON.stringify(program)}: executable file not found in $PATH: unknown`;
      child.once("error", () => resolve({ type: "failed", message: missing }));
      child.once("close", (code) => resolve({ type: "exited", exitCode: code ?? 137 }));
    }),
    resize: () => undefined,
    close: () => void child.kill("SIGKILL"),
  };
}

async function* emptyLog(): AsyncGenerator<string> {}
