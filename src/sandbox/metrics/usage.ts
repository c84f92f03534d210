import { behaviourText } from "../pods/annotations.ts";
import type { Container, Pod } from "../pods/pod.ts";
import { quantityValue } from "../schema/quantity.ts";

/** What something takes at this moment. */
export interface Usage {
  /** Cores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** What a node takes besides its pods. */
export const NODE_BASE: Usage = { cpu: 0.05, memory: 256 * 2 ** 20 };

/** Of a container that asks for nothing: next to nothing. */
const IDLE: Usage = { cpu: 0.001, memory: 8 * 2 ** 20 };

/**
 * What each running container of a pod takes: what its annotations `sandbox.kubescript.dev/cpu` and `/memory` say,
 * else half of what it requests.
 */
export function podUsage(pod: Pod): { readonly name: string; readonly usage: Usage }[] {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return statuses
    .filter(({ state }) => state.running !== undefined)
    .map(({ name }) => {
      const container = containers.find((one) => one.name === name);
      return {
        name,
        usage: { cpu: taken(pod, name, container, "cpu"), memory: Math.round(taken(pod, name, container, "memory")) },
      };
    });
}

function taken(pod: Pod, name: string, container: Container | undefined, resource: keyof Usage): number {
  const said = behaviourText(pod, name, resource);
  if (said !== undefined) return quantityValue(said);
  const requested = quantityValue(container?.resources?.requests?.[resource]);
  return requested === 0 ? IDLE[resource] : requested / 2;
}

export function addUsage(left: Usage, right: Usage): Usage {
  return { cpu: left.cpu + right.cpu, memory: left.memory + right.memory };
}

/** As `metrics.k8s.io` writes it: nanocores and kibibytes. */
export function formatUsage({ cpu, memory }: Usage): { cpu: string; memory: string } {
  return { cpu: `${Math.round(cpu * 1e9)}n`, memory: `${Math.ceil(memory / 1024)}Ki` };
}
