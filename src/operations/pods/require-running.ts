import { UsageError } from "../../errors.ts";
import type { ContainerState, Pod } from "../../types/core-v1.ts";
import { containerStatus } from "./containers.ts";

/**
 * Refuses to speak to a container that does not run, with the reason and what to do. One that nothing is known of yet is
 * left to the server.
 * @param action as in `run ls in`
 */
export function requireRunning(pod: Pod, container: string, action: string): void {
  const name = pod.metadata?.name ?? "";
  const label = `pods "${name}"`;
  const { phase, reason, message } = pod.status ?? {};
  if (phase === "Succeeded" || phase === "Failed") {
    const how = phase === "Succeeded" ? "it has completed" : `it has failed${inBrackets(reason, message)}`;
    throw new UsageError("USAGE", `Cannot ${action} ${label}: ${how}`, {
      hint: `What it printed is kept: k8s.pods.logs("${name}"). A copy can be looked into: k8s.pods.debug("${name}", { copyTo: "…" }).`,
    });
  }
  const { state = {}, lastState } = containerStatus(pod, container) ?? {};
  const stopped = whyStopped(state);
  if (stopped !== undefined) {
    // Without a new run, the log that is there is that of the last one.
    const told =
      (state.terminated ?? lastState?.terminated) === undefined
        ? `what happens to it: k8s.pods.events("${name}")`
        : `what it said: k8s.pods.logs("${name}", { container: "${container}" })`;
    throw new UsageError("USAGE", `Cannot ${action} ${label}: its container "${container}" ${stopped}`, {
      hint: `Wait for it, k8s.pods.wait("${name}", "ready"), or see ${told}.`,
    });
  }
  if (phase === "Pending" && state.running === undefined) {
    const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
    const why = scheduled?.status === "False" ? inBrackets(scheduled.reason, scheduled.message) : "";
    throw new UsageError("USAGE", `Cannot ${action} ${label}: it does not run yet${why}`, {
      hint: `Wait for it: k8s.pods.wait("${name}", "ready").`,
    });
  }
}

function whyStopped({ waiting, terminated, running }: ContainerState): string | undefined {
  if (running !== undefined) return undefined;
  if (terminated !== undefined) {
    return `has ended with exit code ${terminated.exitCode}${inBrackets(terminated.reason, terminated.message)}`;
  }
  return waiting === undefined ? undefined : `waits to start${inBrackets(waiting.reason, waiting.message)}`;
}

function inBrackets(reason: string | undefined, message: string | undefined): string {
  const parts = [reason, message?.trim()].filter((part) => part !== undefined && part !== "");
  return parts.length === 0 ? "" : ` (${parts.join(": ")})`;
}
