import type { KubernetesObject } from "../../core/object.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { Container, Pod } from "../../types/core-v1.ts";
import { containerEnd } from "../pods/await-container.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import { containerStatus, podContainers } from "../pods/containers.ts";
import { findPod } from "../pods/find-pod.ts";
import { requireRunning } from "../pods/require-running.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { sibling } from "../shared/siblings.ts";
import { collect, DEFAULT_MAX_BUFFER_BYTES } from "./collect.ts";
import type { ExecTarget } from "./exec.ts";
import { ExecResult, outputText } from "./exec-result.ts";
import { joinTerminal, withTerminal } from "./join-terminal.ts";
import { requireOneWay } from "./one-way.ts";
import type { TerminalResult } from "./process-exit.ts";
import { openProcess, type RemoteProcess } from "./remote-process.ts";
import { showRights } from "./show-rights.ts";
import { requireStdin, type StdinSource } from "./stdin.ts";

export interface AttachOptions extends ExecTarget {
  /** What the container reads: a text, bytes, or a stream of either. Default nothing. */
  readonly stdin?: StdinSource | undefined;
  /** How much of stdout, and of stderr, may be held. Default 16 MiB. */
  readonly maxBufferBytes?: number | undefined;
  readonly live?: false | undefined;
  readonly terminal?: false | undefined;
}

/** A container whose streams are yours while it runs. */
export interface LiveAttachOptions extends ExecTarget {
  readonly live: true;
  readonly terminal?: false | undefined;
  /** Whether you will write to it. Default false. */
  readonly stdin?: boolean | undefined;
}

/** A container at the user's terminal. */
export interface TerminalAttachOptions extends ExecTarget {
  readonly terminal: true;
  readonly live?: false | undefined;
}

export type AnyAttachOptions = AttachOptions | LiveAttachOptions | TerminalAttachOptions;

export type AnyAttachResult = ExecResult | RemoteProcess | TerminalResult;

/** Joins a container's own process: to its end, with live streams, or at the user's terminal. */
export async function attach(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: AnyAttachOptions = {},
): Promise<AnyAttachResult> {
  const { signal } = options;
  const collected = options.live === true || options.terminal === true ? undefined : options;
  const action = "attach to";
  requireOneWay(`${action} "${name}"`, options);
  if (collected?.stdin !== undefined) requireStdin(collected.stdin, name);
  await showRights(client, name, "attach", { namespace: options.namespace, signal });
  requireEffect(client, `${action} "${name}"`);
  const pod = await findPod(client, name, action, { namespace: options.namespace, signal });
  const container = chooseContainer(pod, action, options.container);
  requireRunning(pod, container, action);
  const own = pod.metadata?.name ?? name;
  const pods = sibling<Pod>(client, "pods", pod.metadata?.namespace ?? "default");
  const spec = podContainers(pod).find(({ name: one }) => one === container);
  const stdin = options.terminal === true || (options.stdin !== undefined && options.stdin !== false);
  if (stdin) requireInput(own, container, spec, options.terminal === true);
  const open = (): Promise<RemoteProcess> =>
    openProcess(pods, own, { subresource: "attach", container, signal, stdin, tty: spec?.tty === true });
  if (options.live === true) return open();
  const restarts = containerStatus(pod, container)?.restartCount;
  if (options.terminal === true) {
    const end = await withTerminal(client, `${action} pods "${own}"`, async (terminal) =>
      joinTerminal(await open(), terminal, { detachable: true, notice: NOTICE }),
    );
    if (end.type === "detached") return { detached: true };
    const { exitCode } = await containerEnd(pods, own, container, signal, restarts);
    return { exitCode };
  }
  const { maxBufferBytes = DEFAULT_MAX_BUFFER_BYTES } = options;
  const label = `container "${container}" of pods "${own}"`;
  const { showProgress } = client;
  const output = await collect(await open(), { stdin: options.stdin, maxBufferBytes, label, showProgress });
  const { exitCode } = await containerEnd(pods, own, container, signal, restarts);
  return new ExecResult({ stdout: outputText(output.stdout), stderr: outputText(output.stderr), exitCode });
}

/** A shell's prompt was printed before anybody was there to see it. */
const NOTICE = "If there is no prompt, press Enter. Ctrl-P Ctrl-Q leaves the container running.";

/** Refuses to type to a container that reads nothing, which would swallow it in silence. */
function requireInput(
  name: string,
  container: string,
  spec: Pick<Container, "stdin" | "tty"> | undefined,
  terminal: boolean,
): void {
  if (spec === undefined) return;
  const lack =
    spec.stdin !== true
      ? "takes no input (stdin: false)"
      : terminal && spec.tty !== true
        ? "has no terminal of its own (tty: false)"
        : undefined;
  if (lack === undefined) return;
  throw new UsageError("USAGE", `Cannot attach to pods "${name}": container "${container}" ${lack}`, {
    hint: `Run a shell beside it, k8s.pods.shell("${name}"), or only listen: leave stdin and terminal out.`,
  });
}
