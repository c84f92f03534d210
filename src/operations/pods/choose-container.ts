import { UsageError } from "../../errors.ts";
import type { Pod } from "../../types/core-v1.ts";
import { podContainers } from "./containers.ts";

/** kubectl honours it too: https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container */
const DEFAULT_CONTAINER = "kubectl.kubernetes.io/default-container";

/**
 * The container that is meant: the one that is named, else the default that the pod's annotation names, else the only
 * one. Where kubectl would take the first of several, this throws UsageError, which names them all.
 * @param action what for, as in `read the log of`
 */
export function chooseContainer(pod: Pod, action: string, wanted?: string | undefined): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec ?? {};
  const label = `pods "${pod.metadata?.name ?? ""}"`;
  if (wanted !== undefined) {
    if (podContainers(pod).some(({ name }) => name === wanted)) return wanted;
    const has = [
      namesOf(containers),
      initContainers.length === 0 ? "" : `the init containers ${namesOf(initContainers)}`,
      ephemeralContainers.length === 0 ? "" : `the ephemeral containers ${namesOf(ephemeralContainers)}`,
    ].filter((part) => part !== "");
    throw new UsageError("INVALID_INPUT", `Cannot ${action} ${label}: it has no container "${wanted}"`, {
      hint: `It has ${has.join("; ")}.`,
    });
  }
  const names = containers.map(({ name }) => name);
  const chosen = pod.metadata?.annotations?.[DEFAULT_CONTAINER];
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw new UsageError("INVALID_INPUT", `Cannot ${action} ${label}: it has ${names.length} containers`, {
    hint: `Say which: { container: ${names.map((one) => JSON.stringify(one)).join(" | ")} }`,
  });
}

function namesOf(containers: readonly { readonly name: string }[]): string {
  return containers.map(({ name }) => name).join(", ");
}
