import { behaviourOf } from "./annotations.ts";
import type { Container, Pod } from "./pod.ts";

/** One thing that a simulated process does, and when: milliseconds after its start. */
export type Act =
  | { readonly at: number; readonly type: "print"; readonly text: string }
  | { readonly at: number; readonly type: "exit"; readonly exitCode: number };

/** How a process ends, if it does. */
export interface Ending {
  readonly afterMs: number;
  readonly exitCode: number;
}

/** What a program that the sandbox knows nothing of takes, where it is expected to end. */
const PROGRAM_MS = 1000;

/** How far ahead an ending is looked for; what runs longer runs for good. */
const HORIZON_MS = 30 * 24 * 3_600_000;
const HORIZON_ACTS = 5_000;

/** Everything that a container's process does, in order of time, possibly without end. */
export function* processActs(pod: Pod, container: Container): Generator<Act> {
  const behaviour = behaviourOf(pod, container.name);
  const end = behaviour.run;
  const acts = behaviour.logs === undefined ? fromCommand(pod, container) : fromLogs(pod, behaviour.logs);
  for (const act of acts) {
    if (end !== undefined && (act.at >= end.ms || act.type === "exit")) break;
    yield act;
    if (act.type === "exit") return;
  }
  if (end !== undefined) yield { at: end.ms, type: "exit", exitCode: end.exitCode };
}

/** When and how the process ends by itself; undefined when it does not, as far as can be seen. */
export function processEnding(pod: Pod, container: Container): Ending | undefined {
  const { run } = behaviourOf(pod, container.name);
  if (run !== undefined) return { afterMs: run.ms, exitCode: run.exitCode };
  let seen = 0;
  for (const act of processActs(pod, container)) {
    if (act.type === "exit") return { afterMs: act.at, exitCode: act.exitCode };
    if (act.at > HORIZON_MS || ++seen > HORIZON_ACTS) return undefined;
  }
  return undefined;
}

function* fromLogs(pod: Pod, lines: readonly string[]): Generator<Act> {
  for (const [at, line] of lines.entries()) yield { at: at * 1000, type: "print", text: `${line}\n` };
  if (isOfJob(pod)) yield { at: lines.length * 1000, type: "exit", exitCode: 0 };
}

function* fromCommand(pod: Pod, container: Container): Generator<Act> {
  const isInit = pod.spec.initContainers?.some((one) => one.name === container.name) ?? false;
  yield { at: 0, type: "print", text: `${container.name}: ${container.image ?? "container"} started\n` };
  if (isOfJob(pod) || (isInit && container.restartPolicy !== "Always")) {
    yield { at: PROGRAM_MS, type: "exit", exitCode: 0 };
  }
}

function isOfJob(pod: Pod): boolean {
  return pod.metadata.ownerReferences?.some((owner) => owner.kind === "Job") ?? false;
}
