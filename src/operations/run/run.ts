import { CommandError, isApiError, isKubescriptError, KubescriptError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { deadline, requireTimeLimit } from "../../resources/deadline.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Pod } from "../../types/core-v1.ts";
import { ExecResult, outputText } from "../exec/exec-result.ts";
import { requireTerminal } from "../exec/join-terminal.ts";
import type { TerminalResult } from "../exec/process-exit.ts";
import { requireStdin, type StdinSource } from "../exec/stdin.ts";
import type { StartOptions } from "../pods/await-container.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { refuseIdle } from "../shared/refuse-idle.ts";
import { lowerFirst, retold } from "../shared/retold.ts";
import { type ContainerSessionEnd, containerSession } from "./container-session.ts";
import { type PodToRunOptions, podToRun } from "./pod-to-run.ts";

/** A pod that is made and left to itself. */
export interface RunOptions extends PodToRunOptions, WriteOptions {
  readonly attach?: false | undefined;
  readonly terminal?: false | undefined;
}

interface JoinedRunOptions extends PodToRunOptions, WriteOptions {
  /** Deletes the pod afterwards, on every way out. Default false. */
  readonly rm?: boolean | undefined;
  /** How long the pod may take to run. Default 60 s. */
  readonly startTimeoutMs?: number | undefined;
}

/** A pod that is run to its end. */
export interface AttachedRunOptions extends JoinedRunOptions {
  readonly attach: true;
  readonly terminal?: false | undefined;
  /** What the container reads: a text, bytes, or a stream of either. Default nothing. */
  readonly stdin?: StdinSource | undefined;
  /** A COMMAND_FAILED error where the exit code is not 0. Default false. */
  readonly check?: boolean | undefined;
  /** How much output may be held. Default 16 MiB. */
  readonly maxBufferBytes?: number | undefined;
}

/** A pod at the user's terminal. */
export interface TerminalRunOptions extends JoinedRunOptions {
  readonly terminal: true;
  readonly attach?: boolean | undefined;
}

export type AnyRunOptions = RunOptions | AttachedRunOptions | TerminalRunOptions;

export type AnyRunResult = Pod | ExecResult | TerminalResult;

/** What the deletion of a pod may take that nobody waits for any more. */
const TIDY_MS = 5000;

const OF_THE_END = ["stdin", "check", "maxBufferBytes"];

/** Makes a pod with one container, as kubectl run, and joins it where that is asked for. */
export async function run(pods: ResourceClient<Pod>, name: string, options: AnyRunOptions): Promise<AnyRunResult> {
  const { namespace, signal, dryRun, fieldManager, fieldValidation } = options;
  const write = { dryRun, fieldManager, fieldValidation, signal };
  const scoped = namespace === undefined ? pods : pods.in(namespace);
  const action = `run pods "${name}"`;
  if (options.terminal !== true && options.attach !== true) {
    const hint = "Say { attach: true } to run it to its end, or { terminal: true }.";
    refuseIdle(action, options, ["rm", "startTimeoutMs", ...OF_THE_END], "nothing waits for its end", hint);
    return scoped.create(
      podToRun(name, options, { attached: false, stdin: false, stdinOnce: false, tty: false }),
      write,
    );
  }
  if (options.terminal === true) refuseIdle(action, options, OF_THE_END, "it is at your terminal");
  requireEffect({ storesNothing: pods.storesNothing || dryRun === true }, `${action} to its end`);
  const { terminal = false, rm = false, startTimeoutMs } = options;
  const { stdin, check, maxBufferBytes } = options.terminal === true ? {} : options;
  if (stdin !== undefined) requireStdin(stdin, name);
  requireTimeLimit(startTimeoutMs, "startTimeoutMs");
  if (terminal) requireTerminal(pods, action);
  const typed = terminal || stdin !== undefined;
  const streams = { attached: true, stdin: typed, stdinOnce: typed && (!terminal || rm), tty: terminal };
  const pod = await scoped.create(podToRun(name, options, streams), write);
  return joinNewPod(scoped, pod, name, { signal, startTimeoutMs, terminal, stdin, maxBufferBytes, rm, check });
}

/** How a pod that was just made is joined. */
export interface JoinNewPodOptions extends StartOptions {
  readonly terminal: boolean;
  readonly stdin: StdinSource | undefined;
  readonly maxBufferBytes: number | undefined;
  readonly rm: boolean;
  readonly check: boolean | undefined;
}

/** Joins a container of a pod that was made for it; with `rm` the pod goes with it, whatever happens. */
export async function joinNewPod(
  pods: ResourceClient<Pod>,
  pod: Pod,
  container: string,
  options: JoinNewPodOptions,
): Promise<ExecResult | TerminalResult> {
  const { name = "", uid } = pod.metadata ?? {};
  const { rm } = options;
  let result: ExecResult | TerminalResult;
  try {
    const end = await containerSession(pods, name, container, { ...options, detachable: !rm });
    result = sessionResult(end, `container "${container}" of pods "${name}"`, options);
  } catch (error) {
    // First of all it goes; then what has happened is told.
    const left = rm ? await removed(pods, name, uid) : undefined;
    throw explain(error, name, rm ? left : "it is left as it is");
  }
  const left = rm ? await removed(pods, name, uid) : undefined;
  if (left === undefined) return result;
  throw new KubescriptError("API", `Cannot remove pods "${name}", which has ended: ${left}`, {
    hint: `Delete it: k8s.pods.delete("${name}").`,
  });
}

/** What a session gives to its caller. */
export function sessionResult(
  end: ContainerSessionEnd,
  label: string,
  { terminal, check }: { readonly terminal: boolean; readonly check: boolean | undefined },
): ExecResult | TerminalResult {
  if (end.type === "detached") return { detached: true };
  const { exitCode } = end;
  if (terminal) return { exitCode };
  const [stdout, stderr] = [outputText(end.stdout), outputText(end.stderr)];
  if (check === true && exitCode !== 0) {
    throw new CommandError(`Cannot run ${label}`, { exitCode, stdout, stderr: stderr === "" ? stdout : stderr });
  }
  return new ExecResult({ stdout, stderr, exitCode });
}

/** Deletes a pod that may be needed no more even where its caller was interrupted. Undefined, or why it is still there. */
async function removed(pods: ResourceClient<Pod>, name: string, uid: string | undefined): Promise<string | undefined> {
  const limit = deadline(pods.timing, undefined, TIDY_MS);
  try {
    await pods.delete(name, { ...(uid === undefined ? {} : { preconditions: { uid } }), signal: limit.signal });
    return undefined;
  } catch (error) {
    if (isApiError(error) && (error.httpStatus === 404 || error.httpStatus === 409)) return undefined;
    return `it could not be deleted (${error instanceof Error ? error.message : String(error)})`;
  } finally {
    limit.end();
  }
}

/** The same failure, saying what became of the pod. */
function explain(error: unknown, name: string, left: string | undefined): unknown {
  if (!isKubescriptError(error) || error.code === "COMMAND_FAILED") return error;
  const why = error.code === "ABORTED" ? "it was interrupted" : lowerFirst(error.message);
  const message = `Cannot run pods "${name}" to its end: ${why}; ${left ?? "the pod was deleted"}`;
  // An interruption without a hint is told in one word.
  const gone = error.hint ?? "Nothing of it is left once its grace period is over.";
  const hint =
    left === undefined ? gone : `Look at it, k8s.pods.logs("${name}"), or delete it: k8s.pods.delete("${name}").`;
  return retold(error, message, hint);
}
