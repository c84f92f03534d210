import type { KubernetesObject } from "../../core/object.ts";
import { AbortError, CommandError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { CallScope } from "../../resources/options.ts";
import type { ShowProgress } from "../../resources/progress.ts";
import type { Pod } from "../../types/core-v1.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import { findPod } from "../pods/find-pod.ts";
import { requireRunning } from "../pods/require-running.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { sibling } from "../shared/siblings.ts";
import { collect, DEFAULT_MAX_BUFFER_BYTES } from "./collect.ts";
import { commandText, requireCommand } from "./command-text.ts";
import { ExecResult, outputText } from "./exec-result.ts";
import { joinTerminal, withTerminal } from "./join-terminal.ts";
import { requireOneWay } from "./one-way.ts";
import { isNoSuchProgram, type ProcessExit } from "./process-exit.ts";
import { openProcess, type RemoteProcess } from "./remote-process.ts";
import { showRights } from "./show-rights.ts";
import { requireStdin, type StdinSource } from "./stdin.ts";

/** Where a command runs. */
export interface ExecTarget extends CallScope {
  /** May be left out where the pod has one, or names a default by annotation. */
  readonly container?: string | undefined;
}

export interface ExecOptions extends ExecTarget {
  /** What the command reads: a text, bytes, or a stream of either. Default: the end at once. */
  readonly stdin?: StdinSource | undefined;
  /** Gives the command a terminal of its own, without yours: what it prints, errors too, comes as stdout. Default false. */
  readonly tty?: boolean | undefined;
  /** A COMMAND_FAILED error where the exit code is not 0. Default false: the result says it. */
  readonly check?: boolean | undefined;
  /** How much of stdout, and of stderr, may be held. Default 16 MiB; more ends the command with an error. */
  readonly maxBufferBytes?: number | undefined;
  /** Output as a Uint8Array instead of text. Default false. */
  readonly bytes?: boolean | undefined;
  readonly live?: false | undefined;
  readonly terminal?: false | undefined;
}

/** A command whose streams are yours while it runs. */
export interface LiveExecOptions extends ExecTarget {
  readonly live: true;
  readonly terminal?: false | undefined;
  /** Whether you will write to it. Default false. */
  readonly stdin?: boolean | undefined;
  /** Gives the command a terminal of its own. Default false. */
  readonly tty?: boolean | undefined;
}

/** A command at the user's terminal. */
export interface TerminalExecOptions extends ExecTarget {
  readonly terminal: true;
  readonly live?: false | undefined;
}

/** Any of the ways to run a command. */
export type AnyExecOptions = ExecOptions | LiveExecOptions | TerminalExecOptions;

/** What each way gives. */
export type AnyExecResult = ExecResult<string | Uint8Array> | RemoteProcess | ProcessExit;

/**
 * Runs a command in a container of a pod: to its end, with live streams, or at the user's terminal.
 * @param what how messages call the command
 */
export async function exec(
  client: ResourceClient<KubernetesObject>,
  name: string,
  command: readonly string[],
  options: AnyExecOptions = {},
  what: string = commandText(requireCommand(command, name)),
): Promise<AnyExecResult> {
  const { signal } = options;
  const collected = options.live === true || options.terminal === true ? undefined : options;
  const action = `run ${what} in`;
  requireOneWay(`${action} "${name}"`, options);
  if (collected?.stdin !== undefined) requireStdin(collected.stdin, name);
  await showRights(client, name, "exec", { namespace: options.namespace, signal });
  requireEffect(client, `${action} "${name}"`);
  const pod = await findPod(client, name, action, { namespace: options.namespace, signal });
  const container = chooseContainer(pod, action, options.container);
  requireRunning(pod, container, action);
  const pods = sibling<Pod>(client, "pods", pod.metadata?.namespace ?? "default");
  const own = pod.metadata?.name ?? name;
  const open = (how: { readonly stdin?: boolean; readonly tty?: boolean }): Promise<RemoteProcess> =>
    openProcess(pods, own, { command, container, signal, label: what, ...how });
  if (options.terminal === true) {
    return withTerminal(client, `${action} pods "${own}"`, async (terminal) => {
      const end = await joinTerminal(await open({ stdin: true, tty: true }), terminal);
      return end.type === "exited" ? end.exit : { exitCode: 0 };
    });
  }
  const { tty = false } = options;
  if (options.live === true) return open({ stdin: options.stdin === true, tty });
  const process = await open({ stdin: options.stdin !== undefined, tty });
  return toTheEnd(process, `${what} in pods "${own}"`, client.showProgress, options);
}

async function toTheEnd(
  process: RemoteProcess,
  label: string,
  showProgress: ShowProgress,
  options: ExecOptions,
): Promise<ExecResult<string | Uint8Array>> {
  const { maxBufferBytes = DEFAULT_MAX_BUFFER_BYTES, stdin } = options;
  const { stdout, stderr, exit } = await collect(process, { stdin, maxBufferBytes, label, showProgress }).catch(
    (error: unknown) => {
      throw error instanceof AbortError ? interrupted(label, error) : error;
    },
  );
  if (options.check === true && exit.exitCode !== 0) {
    throw new CommandError(`Cannot run ${label}`, {
      exitCode: exit.exitCode,
      stdout: outputText(stdout),
      stderr: outputText(stderr),
    });
  }
  const shape = options.bytes === true ? (bytes: Uint8Array) => bytes : outputText;
  return new ExecResult({ stdout: shape(stdout), stderr: shape(stderr), exitCode: exit.exitCode });
}

/** The connection is closed; the API has no word that would end the command. */
function interrupted(label: string, cause: AbortError): AbortError {
  return new AbortError(`Cannot run ${label} to its end: it was interrupted`, {
    cause,
    hint: "The command is told when it next reads or writes; one that does neither goes on in the container.",
  });
}

/** A line for `sh`: bash where the image has it. */
const SHELL = "if command -v bash >/dev/null 2>&1; then exec bash; else exec sh; fi";

/** A shell in a container, at the user's terminal: bash, or sh where the image has no bash. */
export async function shell(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: ExecTarget = {},
): Promise<ProcessExit> {
  try {
    return (await exec(client, name, ["sh", "-c", SHELL], { ...options, terminal: true }, "a shell")) as ProcessExit;
  } catch (error) {
    if (!isNoSuchProgram(error)) throw error;
    throw new UsageError("INVALID_INPUT", `Cannot run a shell in "${name}": its image has none`, {
      cause: error,
      hint: `Bring one along beside it: k8s.pods.debug("${name}", { image: "busybox", terminal: true }).`,
    });
  }
}
