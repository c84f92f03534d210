import type { Pod } from "./pod.ts";

/**
 * Annotations on a pod (or on a pod template) that steer how its simulated containers behave. Each may be narrowed to
 * one container by appending its name: `sandbox.kubescript.dev/exit-code.sidecar`.
 *
 * | Annotation | Value | Meaning | Default |
 * |---|---|---|---|
 * | `image-pull` | `fail`, `ok` | `fail`: the image cannot be pulled (ErrImagePull, then ImagePullBackOff) | `ok` |
 * | `image-pull-seconds` | seconds | how long a pull takes when the node does not have the image | 0.3 |
 * | `start-delay-seconds` | seconds | from the container's creation to its start | 0.1 |
 * | `ready-delay-seconds` | seconds | from the container's start until it is ready | 0, or the readiness probe's initial delay |
 * | `ready` | `true`, `false` | `false`: the readiness probe never succeeds | `true` |
 * | `run-seconds` | seconds | the container exits after this time | what its command says; 1 in a Job; else never |
 * | `crash-after-seconds` | seconds | as `run-seconds`, but fails: exit code 1 unless `exit-code` says otherwise | |
 * | `exit-code` | 0 … 255 | how a container ends that `run-seconds` ends; alone, it ends after 1 second | 0 |
 * | `exit-reason` | text | `state.terminated.reason`, such as `OOMKilled` | `Completed` or `Error` |
 * | `stop-seconds` | seconds | from SIGTERM to the exit; what exceeds the grace period is killed (exit code 137) | 0.2 |
 * | `cpu`, `memory` | quantity | what a running container takes, as `kubectl top` shows it | half of what it requests |
 * | `logs` | text | what the container prints: one line at once, each further one a second later | what its command prints |
 */
export const PREFIX = "sandbox.kubescript.dev/";

/** How one container behaves, once its annotations are read. Times in milliseconds. */
export interface Behaviour {
  readonly pullFails: boolean;
  readonly pullMs: number;
  readonly startDelayMs: number;
  /** Undefined: never ready. */
  readonly readyDelayMs: number | undefined;
  /** Given by annotation; else the container's command decides. */
  readonly run: { readonly ms: number; readonly exitCode: number } | undefined;
  readonly exitReason: string | undefined;
  readonly stopMs: number;
  readonly logs: readonly string[] | undefined;
}

/** One annotation as it stands: the container's own, else the pod's. */
export function behaviourText(pod: Pod, container: string, name: string): string | undefined {
  return pod.metadata.annotations?.[`${PREFIX}${name}.${container}`] ?? pod.metadata.annotations?.[PREFIX + name];
}

/** Reads a pod's annotations for one of its containers. A value that is no number is as good as none. */
export function behaviourOf(pod: Pod, container: string): Behaviour {
  const text = (name: string): string | undefined => behaviourText(pod, container, name);
  const milliseconds = (name: string): number | undefined => {
    const seconds = number(text(name));
    return seconds === undefined || seconds < 0 ? undefined : seconds * 1000;
  };
  const exitCode = number(text("exit-code"));
  const crashMs = milliseconds("crash-after-seconds");
  const runMs = milliseconds("run-seconds");
  const endMs = crashMs ?? runMs ?? (exitCode === undefined ? undefined : 1000);
  const spec = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].find((one) => one.name === container);
  const probeDelayMs = (spec?.readinessProbe?.initialDelaySeconds ?? 0) * 1000;
  return {
    pullFails: text("image-pull") === "fail",
    pullMs: milliseconds("image-pull-seconds") ?? 300,
    startDelayMs: milliseconds("start-delay-seconds") ?? 100,
    readyDelayMs: text("ready") === "false" ? undefined : (milliseconds("ready-delay-seconds") ?? probeDelayMs),
    run: endMs === undefined ? undefined : { ms: endMs, exitCode: exitCode ?? (crashMs === undefined ? 0 : 1) },
    exitReason: text("exit-reason"),
    stopMs: milliseconds("stop-seconds") ?? 200,
    logs: text("logs")?.replace(/\n$/, "").split("\n"),
  };
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
