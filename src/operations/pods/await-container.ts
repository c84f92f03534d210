import type { ResourceClient } from "../../resources/client.ts";
import { until, type Verdict } from "../../resources/until.ts";
import type { ContainerStateTerminated, Pod } from "../../types/core-v1.ts";
import { containerStatus } from "./require-running.ts";

export interface AwaitOptions {
  readonly signal: AbortSignal | undefined;
  /** Default: no limit. */
  readonly timeoutMs?: number | undefined;
}

/** What waiting does not mend: the kubelet tries again, and comes to the same. */
const HOPELESS = new Set([
  "InvalidImageName",
  "ErrImageNeverPull",
  "ImagePullBackOff",
  "CreateContainerError",
  "RunContainerError",
]);

/** Of the kubelet's words for a configuration error, those about the image's own user: an object may yet come, a user not. */
const WRONG_USER = /^CreateContainerConfigError: .*non-?root/i;

/** Waits until a container runs, or has run: then its end is given. Throws WAIT_FAILED where it cannot, TIMEOUT. */
export async function containerStarted(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  { signal, timeoutMs }: AwaitOptions,
): Promise<ContainerStateTerminated | undefined> {
  const check = (pod: Pod | undefined): Verdict<ContainerStateTerminated | undefined> => {
    if (pod === undefined) return { type: "failed", reason: "it is gone" };
    const { state = {}, lastState } = containerStatus(pod, container) ?? {};
    const end = state.terminated ?? (state.running === undefined ? lastState?.terminated : undefined);
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
  return until(pods, name, `start container "${container}"`, check, { signal, timeoutMs });
}

/** Waits until a container has ended; one that was started again since has, too. */
export async function containerEnded(
  pods: ResourceClient<Pod>,
  name: string,
  container: string,
  { signal, timeoutMs, restarts = 0 }: AwaitOptions & { readonly restarts?: number | undefined },
): Promise<ContainerStateTerminated> {
  const check = (pod: Pod | undefined): Verdict<ContainerStateTerminated> => {
    if (pod === undefined) return { type: "failed", reason: "it is gone, and with it the exit code" };
    const { state, lastState, restartCount = 0 } = containerStatus(pod, container) ?? {};
    const end = state?.terminated ?? (restartCount > restarts ? lastState?.terminated : undefined);
    return end === undefined ? { type: "pending" } : { type: "done", value: end };
  };
  return until(pods, name, `end container "${container}"`, check, { signal, timeoutMs });
}

function words(reason: string, message: string | undefined): string {
  return message === undefined || message === "" ? reason : `${reason}: ${message}`;
}
