import type { Clock } from "../model/clock.ts";
import { badRequest } from "../model/status-error.ts";
import { chooseContainer } from "./choose-container.ts";
import type { Container, ContainerStatus, Pod } from "./pod.ts";
import { containerStatusOf } from "./pod.ts";
import { processActs } from "./process.ts";

/** The query of `pods/log`, decoded. */
export interface PodLogOptions {
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  /** Milliseconds since the epoch. */
  readonly sinceTime?: number;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
  readonly previous?: boolean;
  readonly follow?: boolean;
  /** Ends a followed log. */
  readonly signal?: AbortSignal;
}

/** What the log is read with: the time, and the pod as it is by then (a followed container may end). */
export interface LogSource {
  readonly clock: Clock;
  current(): Pod | undefined;
}

interface Line {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** A log is not read beyond so many lines of one run. */
const MOST_LINES = 200_000;

/** How often a follower looks for lines, in milliseconds of the sandbox's clock. */
const FOLLOW_MS = 250;

/**
 * A container's log in chunks, as the kubelet serves it. Throws StatusError when there is no such container, or nothing
 * of it to read yet. `container` may be left out of a pod that has one.
 */
export function podLogs(
  pod: Pod,
  container: string | undefined,
  options: PodLogOptions,
  source: LogSource,
): AsyncIterable<string> {
  const spec = chooseContainer(pod, container);
  const run = chooseRun(pod, spec.name, options.previous === true);
  const start = linesUntil(pod, spec, run, source.clock.now());
  return read(pod, spec, run, start, options, source);
}

interface Run {
  readonly startedAt: number;
  /** Undefined while it goes on. */
  readonly endedAt: number | undefined;
}

function chooseRun(pod: Pod, container: string, previous: boolean): Run {
  const status = containerStatusOf(pod, container);
  const { name } = pod.metadata;
  const state = previous ? status?.lastState : status?.state;
  if (state?.running !== undefined) return { startedAt: Date.parse(state.running.startedAt), endedAt: undefined };
  const ended = state?.terminated ?? (previous ? undefined : status?.lastState.terminated);
  if (ended !== undefined) {
    return { startedAt: Date.parse(ended.startedAt), endedAt: Date.parse(ended.finishedAt) };
  }
  if (previous) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  const reason = status?.state.waiting?.reason ?? "ContainerCreating";
  const why = PULL_REASONS.has(reason)
    ? "trying and failing to pull image"
    : reason === "ContainerCreating" || reason === "PodInitializing"
      ? reason
      : (status?.state.waiting?.message ?? reason);
  if (pod.spec.nodeName === undefined || pod.spec.nodeName === "") {
    throw badRequest(`pod ${name} does not have a host assigned`);
  }
  throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why}`);
}

const PULL_REASONS = new Set(["ErrImagePull", "ImagePullBackOff"]);

/** A run's start and end are known to the second: what it printed in its last second belongs to it. */
function linesUntil(pod: Pod, container: Container, run: Run, now: number): Line[] {
  const end = run.endedAt === undefined ? now : Math.min(now, run.endedAt + 999);
  const lines: Line[] = [];
  for (const act of processActs(pod, container, run.startedAt)) {
    const at = run.startedAt + act.at;
    if (at > end || act.type === "exit" || lines.length >= MOST_LINES) break;
    for (const text of act.text.match(/[^\n]*\n|[^\n]+$/g) ?? []) lines.push({ at, text });
  }
  return lines;
}

async function* read(
  pod: Pod,
  container: Container,
  run: Run,
  start: readonly Line[],
  options: PodLogOptions,
  { clock, current }: LogSource,
): AsyncGenerator<string> {
  const { tailLines, limitBytes, timestamps = false, follow = false, signal } = options;
  const since = sinceOf(options, clock.now());
  const recent = start.filter((line) => line.at >= since);
  const first = tailLines === undefined ? recent : tailLines <= 0 ? [] : recent.slice(-tailLines);
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  const show = (lines: readonly Line[]): string => {
    const text = cut(lines.map((line) => (timestamps ? `${stamp(line.at)} ${line.text}` : line.text)).join(""), left);
    left -= new TextEncoder().encode(text).length;
    return text;
  };
  const head = show(first);
  if (head !== "") yield head;
  let seen = start.length;
  while (follow && left > 0 && signal?.aborted !== true) {
    const live = current();
    const status =
      live === undefined || live.metadata.uid !== pod.metadata.uid
        ? undefined
        : containerStatusOf(live, container.name);
    const goesOn = run.endedAt === undefined && sameRun(status, run);
    const ended = goesOn ? run : { ...run, endedAt: run.endedAt ?? endOf(status, run) ?? clock.now() };
    const lines = linesUntil(pod, container, ended, clock.now());
    const more = show(lines.slice(seen));
    seen = Math.max(seen, lines.length);
    if (more !== "") yield more;
    if (!goesOn) return;
    await pause(clock, signal);
  }
}

function sameRun(status: ContainerStatus | undefined, run: Run): boolean {
  const startedAt = status?.state.running?.startedAt;
  return startedAt !== undefined && Date.parse(startedAt) === run.startedAt;
}

function endOf(status: ContainerStatus | undefined, run: Run): number | undefined {
  const ends = [status?.state.terminated, status?.lastState.terminated];
  const end = ends.find((one) => one !== undefined && Date.parse(one.startedAt) === run.startedAt);
  return end === undefined ? undefined : Date.parse(end.finishedAt);
}

function sinceOf({ sinceSeconds, sinceTime }: PodLogOptions, now: number): number {
  if (sinceTime !== undefined) return sinceTime;
  return sinceSeconds === undefined ? Number.NEGATIVE_INFINITY : now - sinceSeconds * 1000;
}

/** At most so many bytes of UTF-8; a character that does not fit whole is left out. */
function cut(text: string, bytes: number): string {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length <= bytes) return text;
  return new TextDecoder().decode(encoded.slice(0, bytes), { stream: true });
}

/** RFC 3339 with nanoseconds, as the kubelet stamps lines. */
function stamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
}

function pause(clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const cancel = clock.schedule(FOLLOW_MS, done);
    signal?.addEventListener("abort", done);
  });
}
