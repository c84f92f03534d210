import { ConnectionError, TimeoutError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import { until, type Verdict } from "../../resources/until.ts";
import type { ContainerStateTerminated, Pod } from "../../types/core-v1.ts";
import { containerStatus } from "./containers.ts";

/** What a container may take to start, unless told otherwise. */
const START_TIMEOUT_MS = 60_000;

/** What waiting does not mend: the kubelet tries again, and comes to the same. */
const HOPELESS = new Set([
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImagePullBackOff",
  "CreateContainerError",
  "RunContainerError",
]);

/** Ends that are none: the container runtime could not start the program, whose exit code is made up. */
const UNSTARTED = new Set(["StartError", "ContainerCannotRun"]);

/** Of the kubelet's words for a configuration error, those about the image's own user: an object may yet come, a user not. */
const WRONG_USER = /^CreateContainerConfigError: .*non-?root/i;

/** How a container's start is waited for. */
export interface StartOptions {
  readonly signal: AbortSignal | undefined;
  /** How long it may take. Default 60 s. */
  readonly startTimeoutMs?: number | undefined;
}

/** Waits until a container runs, or has run: then its end is given. Throws WAIT_FAILED where it cannot, TIMEOUT. */
export async function containerStarted(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  { signal, startTimeoutMs = START_TIMEOUT_MS }: StartOptions,
): Promise<ContainerStateTerminated | undefined> {
  const check = (pod: Pod | undefined): Verdict<ContainerStateTerminated | undefined> => {
    if (pod === undefined) return { type: "failed", reason: "it is gone" };
    const { state = {}, lastState } = containerStatus(pod, container) ?? {};
    const end = state.terminated ?? (state.running === undefined ? lastState?.terminated : undefined);
    if (end !== undefined && UNSTARTED.has(end.reason ?? "")) {
      return { type: "failed", reason: words(end.reason ?? "", end.message) };
    }
    if (state.running !== undefined || end !== undefined) return { type: "done", value: end };
    const { phase, reason, message } = pod.status ?? {};
    if (phase === "Failed" || phase === "Succeeded") {
      return { type: "failed", reason: words(reason ?? `it has ended as ${phase}`, message) };
    }
    if (state.waiting !== undefined) {
      const why = words(state.waiting.reason ?? "", state.waiting.message);
      return HOPELESS.has(state.waiting.reason ?? "") || WRONG_USER.test(why)
        ? { type: "failed", reason: why }
        : { type: "pending", progress: why };
    }
    const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
    return { type: "pending", progress: scheduled?.message ?? phase ?? "" };
  };
  return until(pods, name, `start container "${container}"`, check, { signal, timeoutMs: startTimeoutMs });
}

/** What the kubelet takes to report that a container has ended. */
const REPORT_MS = 30_000;

/**
 * How a container ended whose outputs have ended; one that was started again since has, too. Throws CONNECTION_LOST for one
 * that goes on: then it was the connection that was cut.
 * @param restarts of the container as its outputs began
 */
export async function containerEnd(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  signal: AbortSignal | undefined,
  restarts = 0,
): Promise<ContainerStateTerminated> {
  const check = (pod: Pod | undefined): Verdict<ContainerStateTerminated> => {
    if (pod === undefined) return { type: "failed", reason: "it is gone, and with it the exit code" };
    const { state, lastState, restartCount = 0 } = containerStatus(pod, container) ?? {};
    const end = state?.terminated ?? (restartCount > restarts ? lastState?.terminated : undefined);
    return end === undefined ? { type: "pending" } : { type: "done", value: end };
  };
  try {
    return await until(pods, name, `end container "${container}"`, check, { signal, timeoutMs: REPORT_MS });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new ConnectionError(
      "CONNECTION_LOST",
      `Cannot tell how container "${container}" of pods "${name}" ended: its output ended, and it still runs`,
      { cause: error, hint: `Join it again: k8s.pods.attach("${name}").` },
    );
  }
}

function words(reason: string, message: string | undefined): string {
  return message === undefined || message === "" ? reason : `${reason}: ${message}`;
}
