import { backoffMs, formatDuration, isForgiven } from "./backoff.ts";
import type { TerminatedState } from "./pod.ts";
import type { PodContext } from "./pod-context.ts";
import type { ContainerRuntime } from "./pod-runtime.ts";

/** What has ended and is to run again. */
export interface Ended {
  readonly end: TerminatedState;
  /** How long it ran. */
  readonly ranMs: number;
  /** From the end to the kubelet's noticing it. */
  readonly noticeMs: number;
}

/** Launches a container anew: the first restart comes at once, further ones after the back-off. */
export function restartContainer(
  context: PodContext,
  container: ContainerRuntime,
  { end, ranMs, noticeMs }: Ended,
  launch: () => void,
): void {
  container.failures = isForgiven(ranMs) ? 1 : container.failures + 1;
  const { failures } = container;
  const again = (): void => {
    container.restartCount++;
    launch();
  };
  context.after(noticeMs, () => {
    if (failures === 1) {
      again();
      return;
    }
    const waitMs = backoffMs(failures - 1);
    const { name, namespace, uid } = context.state.pod.metadata;
    const who = `${name}_${namespace}(${uid})`;
    const message = `Back-off restarting failed container ${container.spec.name} in pod ${who}`;
    context.event(container, "Warning", "BackOff", message);
    container.last = end;
    container.phase = {
      state: "waiting",
      reason: "CrashLoopBackOff",
      message: `back-off ${formatDuration(waitMs)} restarting failed container=${container.spec.name} pod=${who}`,
    };
    context.report();
    context.after(waitMs, again);
  });
}
