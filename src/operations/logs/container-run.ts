import type { Container, Pod } from "../../types/core-v1.ts";
import { containerStatus } from "../pods/containers.ts";

/** What a pod's status says of a container's runs. */
export type ContainerRun =
  /** It has not run yet. */
  | { readonly type: "waiting"; readonly reason: string; readonly message: string | undefined }
  /** The run whose log the server gives: the present one, or the last while the next is waited for. */
  | {
      readonly type: "run";
      /** Tells this run from others. */
      readonly id: string;
      readonly ended: boolean;
      /** The run before it, whose log the server still has. */
      readonly before: string | undefined;
    };

export function containerRun(pod: Pod, container: string): ContainerRun {
  const status = containerStatus(pod, container);
  const { state, lastState } = status ?? {};
  const last = runId(lastState?.terminated);
  if (state?.running !== undefined) {
    const id = status?.containerID ?? state.running.startedAt ?? "";
    return { type: "run", id, ended: false, before: last };
  }
  const ended = runId(state?.terminated);
  if (ended !== undefined) return { type: "run", id: ended, ended: true, before: last };
  if (last !== undefined) return { type: "run", id: last, ended: true, before: undefined };
  const { reason = unstarted(pod), message } = state?.waiting ?? {};
  return { type: "waiting", reason, message };
}

/** Whether nothing more will come: the container has ended, or never starts, and no restart follows. */
export function isOver(pod: Pod, container: string): boolean {
  const { spec, status, metadata } = pod;
  if (status?.phase === "Succeeded" || status?.phase === "Failed") return true;
  const end = containerStatus(pod, container)?.state?.terminated;
  if (end === undefined) return false;
  if (metadata?.deletionTimestamp !== undefined) return true;
  const named = ({ name }: { name: string }): boolean => name === container;
  if (spec?.ephemeralContainers?.some(named)) return true;
  const policy = spec?.restartPolicy ?? "Always";
  const init = spec?.initContainers?.find(named);
  if (init !== undefined && init.restartPolicy !== "Always") return end.exitCode === 0 || policy === "Never";
  const own: Container | undefined = init ?? spec?.containers.find(named);
  if (own?.restartPolicyRules !== undefined) return false;
  const effective = own?.restartPolicy ?? policy;
  return effective === "Never" || (effective === "OnFailure" && end.exitCode === 0);
}

function runId(end: { containerID?: string; startedAt?: string } | undefined): string | undefined {
  return end === undefined ? undefined : (end.containerID ?? end.startedAt ?? "");
}

/** Why no container of the pod has a status yet. */
function unstarted({ spec, status }: Pod): string {
  const scheduled = status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return scheduled.message ?? scheduled.reason ?? "it has no node yet";
  return (spec?.nodeName ?? "") === "" ? "it has no node yet" : "ContainerCreating";
}
