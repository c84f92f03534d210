import type { ResourceClient } from "../../resources/client.ts";
import type { Pod } from "../../types/core-v1.ts";
import { type Collected, collect, DEFAULT_MAX_BUFFER_BYTES, gather } from "../exec/collect.ts";
import { joinTerminal, withTerminal } from "../exec/join-terminal.ts";
import { openProcess } from "../exec/remote-process.ts";
import type { StdinSource } from "../exec/stdin.ts";
import { containerEnd, containerStarted, type StartOptions } from "../pods/await-container.ts";
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
 * its log from the first line, where stdout and stderr are one; with input it is attached to, and they come apart. One
 * that has ended before is told by its log.
 */
export async function containerSession(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  options: ContainerSessionOptions,
): Promise<ContainerSessionEnd> {
  const { signal, stdin, maxBufferBytes = DEFAULT_MAX_BUFFER_BYTES } = options;
  const label = `container "${container}" of pods "${name}"`;
  const limits = { maxBufferBytes, label };
  const over = await containerStarted(pods, name, container, options);
  const attach = { subresource: "attach", container, signal } as const;
  let output: Omit<Collected, "exit">;
  if (options.terminal === true) {
    const detached = await atTerminal(pods, name, container, options, over !== undefined);
    if (detached) return { type: "detached" };
    output = { stdout: new Uint8Array(), stderr: new Uint8Array() };
  } else if (stdin === undefined || over !== undefined) {
    const log = logBytes(pods, name, container, signal);
    const task = pods.showProgress(label);
    try {
      output = { stdout: await gather(log, "output", limits), stderr: new Uint8Array() };
    } finally {
      task.end();
    }
  } else {
    const process = await openProcess(pods, name, { ...attach, stdin: true });
    output = await collect(process, { ...limits, stdin, showProgress: pods.showProgress });
  }
  const { exitCode } = over ?? (await containerEnd(pods, name, container, signal));
  return { type: "ended", stdout: output.stdout, stderr: output.stderr, exitCode };
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
    if (over) {
      for await (const chunk of logBytes(pods, name, container, signal)) await terminal.write(chunk);
      return false;
    }
    const process = await openProcess(pods, name, { subresource: "attach", container, signal, stdin: true, tty: true });
    const end = await joinTerminal(process, terminal, { detachable, notice: detachable ? DETACH_NOTICE : NOTICE });
    return end.type === "detached";
  });
}
