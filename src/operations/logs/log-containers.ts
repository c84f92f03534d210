import { isApiError, UsageError } from "../../errors.ts";
import type { Pod } from "../../types/core-v1.ts";
import { chooseContainer } from "../pods/choose-container.ts";
import { podContainers } from "../pods/containers.ts";
import { containerRun } from "./container-run.ts";
import type { LogOptions } from "./log-options.ts";

/** A container of a pod, by name. */
export interface PodContainer {
  readonly pod: Pod;
  readonly container: string;
}

/**
 * The containers whose logs are asked for, of each pod. A container that is named need only be in one of them. Throws
 * UsageError where none has it, and where the choice is left open.
 */
export function logContainers(pods: readonly Pod[], options: LogOptions): PodContainer[] {
  const { container, allContainers } = options;
  const chosen = pods.flatMap((pod) =>
    namesIn(pod, options, () => onlyContainer(pod)).map((name) => ({ pod, container: name })),
  );
  const [first] = pods;
  if (chosen.length > 0 || first === undefined || allContainers === true) return chosen;
  if (typeof container === "string") chooseContainer(first, "read the log of", container);
  const names = containerNames(first).join(", ");
  throw new UsageError("INVALID_INPUT", `Cannot read logs: no container matches ${String(container)}`, {
    hint: `pods "${first.metadata?.name}" has ${names}.`,
  });
}

/** The one that needs no name. Logs have one more way out where there are several: to read them all. */
function onlyContainer(pod: Pod): string {
  try {
    return chooseContainer(pod, "read the log of");
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, error.message, { hint: `${error.hint}, or all of them: { allContainers: true }` });
  }
}

/** The same for a pod that came while its like were followed: where it leaves the choice open, all are read. */
export function laterContainers(pod: Pod, options: LogOptions): string[] {
  return namesIn(pod, options, () => {
    try {
      return chooseContainer(pod, "read the log of");
    } catch {
      return undefined;
    }
  });
}

function namesIn(pod: Pod, { container, allContainers }: LogOptions, choose: () => string | undefined): string[] {
  const names = containerNames(pod);
  if (allContainers === true) return names;
  if (typeof container === "string") return names.filter((name) => name === container);
  // `search` heeds no state, which a global expression carries from one test to the next.
  if (container !== undefined) return names.filter((name) => name.search(container) >= 0);
  const chosen = choose();
  return chosen === undefined ? names : [chosen];
}

function containerNames(pod: Pod): string[] {
  return podContainers(pod).map(({ name }) => name);
}

/** Whether the server has a log to give, as far as the pod's status says. */
export function hasLog({ pod, container }: PodContainer, previous: boolean): boolean {
  const run = containerRun(pod, container);
  if (run.type === "waiting") return false;
  return !previous || run.before !== undefined;
}

/** A refused log in words that say what to do. */
export function explainRefusal(error: unknown, chosen: PodContainer): unknown {
  if (!isApiError(error) || error.httpStatus !== 400) return error;
  const said = error.status.message ?? "";
  if (/previous terminated container .* not found/.test(said)) {
    const hint = "Leave previous out: this is its first run, or its node forgot the others.";
    return new UsageError("NOT_FOUND", `${cannotRead(chosen)}: it has not run before`, { cause: error, hint });
  }
  const waiting = /is waiting to start: (.*)$/s.exec(said)?.[1];
  if (waiting === undefined && !/does not have a host assigned/.test(said)) return error;
  return notStarted(chosen, error, waiting);
}

/** There is no log because the container has not begun: with what its status says of it. */
export function notStarted(chosen: PodContainer, cause?: unknown, why = "it has no node yet"): UsageError {
  const run = containerRun(chosen.pod, chosen.container);
  const reason = run.type === "waiting" ? [run.reason, run.message].filter(Boolean).join(": ") : why;
  return new UsageError("NOT_FOUND", `${cannotRead(chosen)}: it is waiting to start: ${reason}`, {
    cause,
    hint: `With { follow: true } its start is waited for; k8s.pods.events("${chosen.pod.metadata?.name}") tells what happens to it.`,
  });
}

function cannotRead({ pod, container }: PodContainer): string {
  return `Cannot read the log of container "${container}" of pods "${pod.metadata?.name}"`;
}
