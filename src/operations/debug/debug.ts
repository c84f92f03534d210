/** https://kubernetes.io/docs/tasks/debug/debug-application/debug-running-pod/ */
import type { KubernetesObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { AbortError, isKubescriptError, UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { requireTimeLimit } from "../../resources/deadline.ts";
import type { CallScope } from "../../resources/options.ts";
import { scopeOf } from "../../resources/scope.ts";
import type { Pod } from "../../types/core-v1.ts";
import type { ExecResult } from "../exec/exec-result.ts";
import { requireTerminal } from "../exec/join-terminal.ts";
import type { TerminalResult } from "../exec/process-exit.ts";
import { requireStdin, type StdinSource } from "../exec/stdin.ts";
import { containerStarted } from "../pods/await-container.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import { podContainers } from "../pods/containers.ts";
import { findPod } from "../pods/find-pod.ts";
import { containerSession } from "../run/container-session.ts";
import { joinNewPod, sessionResult } from "../run/run.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { sibling } from "../shared/siblings.ts";
import {
  type DebugContainerOptions,
  type DebugCopyOptions,
  type DebugStreams,
  ephemeralContainer,
  nodeDebugger,
  podCopy,
} from "./debug-objects.ts";
import { requireFitting } from "./debug-usage.ts";

interface CommonDebugOptions extends DebugContainerOptions, DebugCopyOptions, CallScope {
  /** The container whose processes it is to see, where the runtime can. Default none. */
  readonly target?: string | undefined;
  /** How long the container may take to start. Default 60 s. */
  readonly startTimeoutMs?: number | undefined;
}

interface JoinedDebugOptions extends CommonDebugOptions {
  /** Deletes the pod that was made, a copy or a node's, on every way out. Default false. */
  readonly rm?: boolean | undefined;
}

/** A container that is started and left to itself. */
export interface DebugOptions extends CommonDebugOptions {
  readonly attach?: false | undefined;
  readonly terminal?: false | undefined;
}

/** One that is run to its end. */
export interface AttachedDebugOptions extends JoinedDebugOptions {
  readonly attach: true;
  readonly terminal?: false | undefined;
  /** What the container reads: a text, bytes, or a stream of either. Default nothing. */
  readonly stdin?: StdinSource | undefined;
  /** A COMMAND_FAILED error where the exit code is not 0. Default false. */
  readonly check?: boolean | undefined;
  /** How much output may be held. Default 16 MiB. */
  readonly maxBufferBytes?: number | undefined;
}

/** One at the user's terminal. */
export interface TerminalDebugOptions extends JoinedDebugOptions {
  readonly terminal: true;
  readonly attach?: boolean | undefined;
}

export type AnyDebugOptions = DebugOptions | AttachedDebugOptions | TerminalDebugOptions;

/** Where the container is that was started. */
export interface DebugContainer {
  readonly namespace: string;
  readonly pod: string;
  /** Undefined where only images of a copy were changed. */
  readonly container: string | undefined;
}

export type AnyDebugResult = DebugContainer | ExecResult | TerminalResult;

/** As the API makes names up. */
const LETTERS = "bcdfghjklmnpqrstvwxz2456789";

/** Debugs a pod, by an ephemeral container or in a copy, or a node. */
export async function debug(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: AnyDebugOptions = {},
): Promise<AnyDebugResult> {
  const { signal } = options;
  const onNode = groupResource(await client.resource()) === "nodes";
  const action = "debug";
  requireFitting(name, options, onNode);
  requireTimeLimit(options.startTimeoutMs, "startTimeoutMs");
  const how = joining(options);
  if (how.joined) requireEffect(client, `${action} "${name}" to the end`);
  if (how.stdin !== undefined) requireStdin(how.stdin, name);
  if (how.terminal) requireTerminal(client, `${action} "${name}"`);
  const context = { signal, options, how };
  if (onNode) return debugNode(client, name, context);
  const pod = await findPod(client, name, action, { namespace: options.namespace, signal });
  const pods = sibling<Pod>(client, "pods", pod.metadata?.namespace ?? "default");
  if (options.target !== undefined) chooseContainer(pod, action, options.target);
  return options.copyTo === undefined ? debugBeside(pods, pod, context) : debugCopy(pods, pod, context);
}

interface DebugContext {
  readonly signal: AbortSignal | undefined;
  readonly options: AnyDebugOptions;
  readonly how: Joining;
}

interface Joining {
  readonly joined: boolean;
  readonly terminal: boolean;
  readonly stdin: StdinSource | undefined;
  readonly check: boolean | undefined;
  readonly maxBufferBytes: number | undefined;
  readonly rm: boolean;
  readonly streams: DebugStreams;
}

function joining(options: AnyDebugOptions): Joining {
  const terminal = options.terminal === true;
  const attached = options.terminal === true || options.attach !== true ? undefined : options;
  const stdin = attached?.stdin;
  return {
    joined: terminal || attached !== undefined,
    terminal,
    stdin,
    check: attached?.check,
    maxBufferBytes: attached?.maxBufferBytes,
    rm: (options.terminal === true || options.attach === true) && options.rm === true,
    streams: { stdin: terminal || stdin !== undefined, stdinOnce: stdin !== undefined, tty: terminal },
  };
}

/** By an ephemeral container, which stays in the pod's spec for ever. */
async function debugBeside(
  pods: ResourceClient<Pod>,
  pod: Pod,
  { signal, options, how }: DebugContext,
): Promise<AnyDebugResult> {
  const { name = "", namespace = "" } = pod.metadata ?? {};
  requireAlive(pod);
  const container = options.container ?? `debugger-${suffix(pods)}`;
  requireNew(pod, container);
  const own = ephemeralContainer(container, options, how.streams);
  const patch = { spec: { ephemeralContainers: [own] } };
  await pods.subresource<Pod>("ephemeralcontainers").patch(name, patch, { type: "strategic", signal });
  const where = { namespace, pod: name, container };
  if (pods.storesNothing) return where;
  const { startTimeoutMs } = options;
  try {
    if (!how.joined) {
      await containerStarted(pods, name, container, { signal, startTimeoutMs });
      return where;
    }
    const end = await containerSession(pods, name, container, { ...how, signal, startTimeoutMs, detachable: true });
    return sessionResult(end, `container "${container}" of pods "${name}"`, how);
  } catch (error) {
    if (!isKubescriptError(error) || error.code !== "ABORTED") throw error;
    throw new AbortError(
      `Cannot debug pods "${name}": it was interrupted; container "${container}" is left to itself`,
      {
        cause: error,
        hint: `Join it: k8s.pods.attach("${name}", { container: "${container}", terminal: true }). It goes with the pod.`,
      },
    );
  }
}

/** In a copy of the pod. */
async function debugCopy(pods: ResourceClient<Pod>, pod: Pod, context: DebugContext): Promise<AnyDebugResult> {
  const { signal, options, how } = context;
  const { copy, container } = podCopy(pod, options.container ?? `debugger-${suffix(pods)}`, options, how.streams);
  const created = await pods.create(copy, { signal });
  if (options.replace === true) await pods.delete(pod.metadata?.name ?? "", { gracePeriodSeconds: 0, signal });
  return newPodResult(pods, created, container, context);
}

/** By a pod on the node. */
async function debugNode(
  client: ResourceClient<KubernetesObject>,
  name: string,
  context: DebugContext,
): Promise<AnyDebugResult> {
  const { signal, options, how } = context;
  const node = await client.get(name, { signal });
  const scope = scopeOf(client.scope, options.namespace);
  const pods = sibling<Pod>(client, "pods", scope.type === "namespace" ? scope.namespace : "default");
  const container = options.container ?? "debugger";
  const podName = `node-debugger-${node.metadata?.name ?? name}-${suffix(client)}`;
  const created = await pods.create(
    nodeDebugger(node.metadata?.name ?? name, podName, container, options, how.streams),
    { signal },
  );
  return newPodResult(pods, created, container, context);
}

async function newPodResult(
  pods: ResourceClient<Pod>,
  pod: Pod,
  container: string | undefined,
  { signal, options, how }: DebugContext,
): Promise<AnyDebugResult> {
  const { namespace = "", name = "" } = pod.metadata ?? {};
  const where = { namespace, pod: name, container };
  const { startTimeoutMs } = options;
  if (pods.storesNothing || container === undefined) return where;
  if (how.joined) return joinNewPod(pods, pod, container, { ...how, signal, startTimeoutMs });
  await containerStarted(pods, name, container, { signal, startTimeoutMs });
  return where;
}

function requireAlive(pod: Pod): void {
  const { phase } = pod.status ?? {};
  if (phase !== "Succeeded" && phase !== "Failed") return;
  const name = pod.metadata?.name ?? "";
  throw new UsageError("USAGE", `Cannot debug pods "${name}": it has ended, and no container can join it`, {
    hint: `Debug a copy of it: k8s.pods.debug("${name}", { copyTo: "${name}-debug", … }).`,
  });
}

/** An ephemeral container cannot be changed or removed, so a name is taken for as long as the pod lives. */
function requireNew(pod: Pod, container: string): void {
  if (!podContainers(pod).some(({ name }) => name === container)) return;
  throw new UsageError(
    "INVALID_INPUT",
    `Cannot debug pods "${pod.metadata?.name ?? ""}": it has a container "${container}" already`,
    { hint: "Choose another name, or leave `container` out for a new one." },
  );
}

function suffix({ timing }: Pick<ResourceClient<KubernetesObject>, "timing">): string {
  return Array.from({ length: 5 }, () => LETTERS[Math.floor(timing.random() * LETTERS.length)]).join("");
}
