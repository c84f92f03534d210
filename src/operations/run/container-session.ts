import { throwIfAborted } from "../../core/abort.ts";
import { isApiError, isKubescriptError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Pod } from "../../types/core-v1.ts";
import { type Collected, collect, DEFAULT_MAX_BUFFER_BYTES, gather } from "../exec/collect.ts";
import { joinTerminal, withTerminal } from "../exec/join-terminal.ts";
import { type OpenProcessOptions, openProcess, type RemoteProcess } from "../exec/remote-process.ts";
import type { StdinSource } from "../exec/stdin.ts";
import { containerEnd, containerStarted, type StartOptions } from "../pods/await-container.ts";
import { containerStatus } from "../pods/containers.ts";
import { logBytes } from "./log-bytes.ts";

/** What a container that was made for it is to be joined to. */
export interface ContainerSessionOptions extends StartOptions {
  readonly stdin?: StdinSource | undefined;
  /** Joins it to the user's terminal; the container has one of its own. */
  readonly terminal?: boolean | undefined;
  /** Whether Ctrl-P Ctrl-Q leaves it running. */
  readonly detachable: boolean;
  readonly maxBufferBytes?: number | undefined;
}

/** How it came apart from it. */
export type ContainerSessionEnd =
  | (Omit<Collected, "exit"> & { readonly type: "ended"; readonly exitCode: number })
  | {
      /** By the keys at the terminal: the container goes on. */
      readonly type: "detached";
    };

/** kubectl says so too: a shell's prompt was printed before anybody was there to see it. */
const NOTICE = "If there is no prompt, press Enter.";
const DETACH_NOTICE = `${NOTICE} Ctrl-P Ctrl-Q leaves the container running.`;

/**
 * Waits for a container to start, joins it, and gives what it printed and its exit code. Without input, the output is
 * its log from the first line, where stdout and stderr are one; with input it is attached to, and they come apart, save
 * for what was printed before, which stands first in stdout. One that has ended before is told by its log.
 */
export async function containerSession(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  options: ContainerSessionOptions,
): Promise<ContainerSessionEnd> {
  const { signal, stdin, maxBufferBytes = DEFAULT_MAX_BUFFER_BYTES } = options;
  const label = `container "${container}" of pods "${name}"`;
  const over = await containerStarted(pods, name, container, options);
  if (options.terminal === true) {
    const detached = await atTerminal(pods, name, container, options, over !== undefined);
    if (detached) return { type: "detached" };
    const { exitCode } = over ?? (await containerEnd(pods, name, container, signal));
    return { type: "ended", stdout: new Uint8Array(), stderr: new Uint8Array(), exitCode };
  }
  const typed = stdin !== undefined && over === undefined;
  const process = typed ? await joinUnlessEnded(pods, name, { container, signal, stdin: true }) : undefined;
  if (process === undefined) {
    const stdout = await wholeLog(pods, name, container, { maxBufferBytes, label, signal });
    const { exitCode } = over ?? (await containerEnd(pods, name, container, signal));
    return { type: "ended", stdout, stderr: new Uint8Array(), exitCode };
  }
  const { showProgress } = pods;
  const { stdout, stderr } = await collect(process, { stdin, maxBufferBytes, label, showProgress });
  const { exitCode } = await containerEnd(pods, name, container, signal);
  const read = stdout.length + stderr.length;
  const missed = await printedBefore(pods, name, container, read, { maxBufferBytes, label, signal });
  return { type: "ended", stdout: Buffer.concat([missed, stdout]), stderr, exitCode };
}

async function wholeLog(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  how: { readonly maxBufferBytes: number; readonly label: string; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const task = pods.showProgress(how.label);
  try {
    return await gather(logBytes(pods, name, container, { follow: true, signal: how.signal }), "output", how);
  } finally {
    task.end();
  }
}

/** Undefined where the container has ended before anybody came to join it. */
async function joinUnlessEnded(
  pods: ResourceClient<Pod>,
  name: string,
  options: { readonly container: string; readonly signal: AbortSignal | undefined } & OpenProcessOptions,
): Promise<RemoteProcess | undefined> {
  const { container, signal } = options;
  try {
    return await openProcess(pods, name, { ...options, subresource: "attach" });
  } catch (error) {
    if (!isApiError(error)) throw error;
    if (!(await hasEnded(pods, name, container, ENDED.test(error.message), signal))) throw error;
    return undefined;
  }
}

/** What kubelets and container runtimes say of one that has ended. */
const ENDED = /container .*(not found|not running|exited)/is;

/** Whether a container has ended; `isSaid` where a kubelet knows so already, which reports it a second later. */
async function hasEnded(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  isSaid: boolean,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!isSaid) return containerStatus(await pods.get(name, { signal }), container)?.state?.terminated !== undefined;
  try {
    await containerEnd(pods, name, container, signal);
    return true;
  } catch (error) {
    throwIfAborted(signal);
    if (!isKubescriptError(error)) throw error;
    return false;
  }
}

/**
 * What a container that has ended printed before it was joined: a server gives only what comes then. By its log, which
 * begins with that and goes on with what was read; its outputs are one there. Nothing where there is no such log.
 */
async function printedBefore(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  readBytes: number,
  how: { readonly maxBufferBytes: number; readonly label: string; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  const { maxBufferBytes, label, signal } = how;
  try {
    const status = containerStatus(await pods.get(name, { signal }), container);
    // Of one that has been started again, the log is another.
    if (status?.restartCount !== 0) return new Uint8Array();
    const chunks = logBytes(pods, name, container, { follow: false, signal });
    const log = await gather(chunks, "output", { label, maxBufferBytes: maxBufferBytes + readBytes });
    return log.subarray(0, Math.max(0, log.length - readBytes));
  } catch (error) {
    if (isApiError(error)) return new Uint8Array();
    throw error;
  }
}

/** Whether the user left it running. */
async function atTerminal(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  { signal, detachable }: ContainerSessionOptions,
  over: boolean,
): Promise<boolean> {
  return withTerminal(pods, `attach to pods "${name}"`, async (terminal) => {
    const process = over ? undefined : await joinUnlessEnded(pods, name, { container, signal, stdin: true, tty: true });
    if (process === undefined) {
      const log = logBytes(pods, name, container, { follow: true, signal });
      for await (const chunk of log) await terminal.write(chunk);
      return false;
    }
    const end = await joinTerminal(process, terminal, { detachable, notice: detachable ? DETACH_NOTICE : NOTICE });
    return end.type === "detached";
  });
}
