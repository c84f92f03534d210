import type { ApiObject } from "../../model/object.ts";
import type { Pod } from "../../pods/pod.ts";
import { isReady, isTerminal } from "../../pods/pod.ts";

/** The parts of `core/v1` Service that endpoints come from. */
export interface Service extends ApiObject {
  spec: {
    selector?: Record<string, string>;
    ports?: ServicePort[];
    type?: string;
    publishNotReadyAddresses?: boolean;
    clusterIP?: string;
    [field: string]: unknown;
  };
}

export interface ServicePort {
  name?: string;
  port: number;
  targetPort?: number | string;
  protocol?: string;
  appProtocol?: string;
}

export interface EndpointPort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

/** One pod behind a Service, with the ports that the Service reaches on it. */
export interface Backend {
  readonly pod: Pod;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly ports: readonly EndpointPort[];
}

/** The pods that a Service's traffic may go to, ordered by name. */
export function backendsOf(service: Service, pods: readonly Pod[]): Backend[] {
  const publish = service.spec.publishNotReadyAddresses === true;
  return pods
    .filter((pod) => pod.status?.podIP !== undefined && !isTerminal(pod))
    .sort((a, b) => ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1))
    .map((pod) => {
      const terminating = pod.metadata.deletionTimestamp !== undefined;
      const serving = isReady(pod);
      const ready = publish || (serving && !terminating);
      return { pod, ready, serving, terminating, ports: portsOn(pod, service.spec.ports ?? []) };
    });
}

/** A target port by name is looked up on the pod; a pod without it is not reached on that port. */
function portsOn(pod: Pod, ports: readonly ServicePort[]): EndpointPort[] {
  return ports.flatMap((wanted) => {
    const { name = "", port, targetPort = port, protocol = "TCP", appProtocol } = wanted;
    const number = typeof targetPort === "number" ? targetPort : containerPort(pod, targetPort, protocol);
    if (number === undefined) return [];
    return [{ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

function containerPort(pod: Pod, name: string, protocol: string): number | undefined {
  return pod.spec.containers
    .flatMap((container) => container.ports ?? [])
    .find((port) => port.name === name && (port.protocol ?? "TCP") === protocol)?.containerPort;
}

export interface PortGroup {
  readonly ports: readonly EndpointPort[];
  readonly backends: readonly Backend[];
}

/** Backends with the same ports together: a slice, or a subset, has one list of ports for all its addresses. */
export function byPorts(backends: readonly Backend[]): PortGroup[] {
  const groups = new Map<string, { ports: readonly EndpointPort[]; backends: Backend[] }>();
  for (const backend of backends) {
    const key = JSON.stringify(backend.ports);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ports: backend.ports, backends: [backend] });
    else group.backends.push(backend);
  }
  return [...groups.values()];
}

export function podReference(pod: Pod): Record<string, unknown> {
  const { namespace, name, uid } = pod.metadata;
  return { kind: "Pod", namespace, name, uid };
}
