import { behaviourOf } from "./annotations.ts";
import type { Container, Pod } from "./pod.ts";
import type { Act } from "./shell/run.ts";
import { runCommand } from "./shell/run.ts";

/** How a process ends, if it does. */
export interface Ending {
  readonly afterMs: number;
  readonly exitCode: number;
}

/** What a program that the sandbox knows nothing of takes, where it is expected to end. */
const PROGRAM_MS = 1000;

/** How many acts are looked through for an ending; what does more runs for good. */
const HORIZON_ACTS = 5_000;

/** Everything that a container's process does, in order of time, possibly without end. `startedAt` in milliseconds. */
export function* processActs(pod: Pod, container: Container, startedAt: number): Generator<Act> {
  const { run: end, logs } = behaviourOf(pod, container.name);
  const acts = logs === undefined ? fromCommand(pod, container, startedAt) : fromLogs(pod, logs);
  for (const act of acts) {
    if (end !== undefined && (act.at >= end.ms || act.type === "exit")) break;
    yield act;
    if (act.type === "exit") return;
  }
  if (end !== undefined) yield { at: end.ms, type: "exit", exitCode: end.exitCode };
}

/** When and how the process ends by itself; undefined when it does not, as far as can be seen. */
export function processEnding(pod: Pod, container: Container, startedAt: number): Ending | undefined {
  const { run } = behaviourOf(pod, container.name);
  if (run !== undefined) return { afterMs: run.ms, exitCode: run.exitCode };
  if (loopsForGood(container)) return undefined;
  let seen = 0;
  for (const act of processActs(pod, container, startedAt)) {
    if (act.type === "exit") return { afterMs: act.at, exitCode: act.exitCode };
    if (++seen > HORIZON_ACTS) return undefined;
  }
  return undefined;
}

/** `while true; do …; done` without anything that could leave it: known at a glance, without going round it. */
function loopsForGood({ command = [], args = [] }: Container): boolean {
  const text = [...command, ...args].join(" ");
  return /\bwhile (?:true|:) *[;\n] *do\b/.test(text) && !/\b(?:break|exit|return|kill|set)\b/.test(text);
}

function* fromLogs(pod: Pod, lines: readonly string[]): Generator<Act> {
  for (const [at, line] of lines.entries()) yield { at: at * 1000, type: "print", text: `${line}\n` };
  if (isOfJob(pod)) yield { at: lines.length * 1000, type: "exit", exitCode: 0 };
}

/** Without a command the image's own program runs, of which nothing is known but that it started. */
function* fromCommand(pod: Pod, container: Container, startedAt: number): Generator<Act> {
  const isInit = pod.spec.initContainers?.some((one) => one.name === container.name) ?? false;
  const ends = isOfJob(pod) || (isInit && container.restartPolicy !== "Always");
  const environment = Object.fromEntries((container.env ?? []).map(({ name, value = "" }) => [name, value]));
  environment.HOSTNAME = pod.spec.hostname ?? pod.metadata.name ?? "";
  const { command = [], args = [] } = container;
  if (command.length === 0) {
    yield { at: 0, type: "print", text: `${container.name}: ${container.image ?? "container"} started\n` };
  }
  const argv = command.length === 0 ? [container.name] : [...command, ...args];
  yield* runCommand(argv, { environment, startedAt, programMs: ends ? PROGRAM_MS : undefined });
}

function isOfJob(pod: Pod): boolean {
  return pod.metadata.ownerReferences?.some((owner) => owner.kind === "Job") ?? false;
}
