import { UsageError } from "../../errors.ts";
import type { Pod, Service } from "../../types/core-v1.ts";
import { containerPorts, portText } from "../pods/container-ports.ts";

/** A port as kubectl writes it: `8080`, `"8080:80"`, `":80"` (any free local port), `"http"`, `"8080:http"`. */
export type PortSpec = number | string;

/** A port that is to be forwarded, as it was asked for. */
export interface WantedPort {
  /** 0: any that is free. Undefined: the same number as the remote one. */
  readonly local: number | undefined;
  /** A number, or the name that the service or the container gives it. */
  readonly remote: number | string;
}

/** What a remote port comes to on one pod. */
export interface ResolvedPort {
  /** The number that it goes by where it is asked for: the service's, or the container's. */
  readonly number: number;
  /** The port to connect to in the pod. */
  readonly containerPort: number;
}

/** Who the ports are of, for messages: `pods "web-0"`. */
export interface PortOwner {
  readonly label: string;
  /** Whose ports are meant; undefined for those of the pod itself. */
  readonly service: Service | undefined;
}

/** Reads kubectl's notation. Throws UsageError. */
export function parsePorts(
  ports: PortSpec | readonly PortSpec[],
  label: string,
  localPort?: number | undefined,
): WantedPort[] {
  const specs = [ports].flat() as readonly PortSpec[];
  if (specs.length === 0) throw invalid(label, "no port is named");
  const wanted = specs.map((spec) => parsePort(spec, label));
  if (localPort === undefined) return wanted;
  const [only] = wanted;
  if (only === undefined || wanted.length > 1) {
    throw invalid(label, `localPort is for one port, and these are ${wanted.length}`);
  }
  if (only.local !== undefined)
    throw invalid(label, `localPort and ${JSON.stringify(specs[0])} both say the local one`);
  if (!isPort(localPort) && localPort !== 0) throw invalid(label, `localPort ${localPort} is not from 0 to 65535`);
  return [{ ...only, local: localPort }];
}

function parsePort(spec: PortSpec, label: string): WantedPort {
  if (typeof spec === "number") return { local: undefined, remote: remotePort(String(spec), spec, label) };
  if (typeof spec !== "string") throw invalid(label, `${JSON.stringify(spec)} is not a port`);
  const parts = spec.split(":");
  const [first = "", second] = parts;
  if (parts.length > 2) throw invalid(label, `${JSON.stringify(spec)} is not a port`);
  if (second === undefined) return { local: undefined, remote: remotePort(first, spec, label) };
  const local = first === "" ? 0 : Number(first);
  if (!/^\d*$/.test(first) || local > 65535) {
    throw invalid(label, `${JSON.stringify(spec)} has a local port that is not from 0 to 65535`);
  }
  return { local, remote: remotePort(second, spec, label) };
}

function remotePort(text: string, spec: PortSpec, label: string): number | string {
  // What has a letter can be a port's name; anything else is to be a number.
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) && /[a-z]/.test(text)) return text;
  const number = Number(text);
  if (/^\d+$/.test(text) && isPort(number)) return number;
  throw invalid(label, `${JSON.stringify(spec)} has a remote port that is neither from 1 to 65535 nor a name`);
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 65536;
}

/**
 * Finds a port as kubectl does: a service's leads to its targetPort (of a headless one, where nothing translates, to
 * the same number), a name to the container's port of that name. Throws UsageError where there is none, or where it is
 * for UDP alone.
 * https://github.com/kubernetes/kubectl/blob/master/pkg/cmd/portforward/portforward.go
 */
export function resolvePort(remote: number | string, { label, service }: PortOwner, pod: Pod): ResolvedPort {
  if (service === undefined) {
    const containerPort = typeof remote === "number" ? checkedNumber(remote, label, pod) : named(remote, label, pod);
    return { number: containerPort, containerPort };
  }
  const ports = service.spec?.ports ?? [];
  const matching = ports.filter(({ name, port }) => (typeof remote === "number" ? port === remote : name === remote));
  const found = matching.find(({ protocol = "TCP" }) => protocol === "TCP");
  if (found === undefined) {
    if (matching.length > 0) throw notTcp(remote, label);
    throw absent(
      remote,
      label,
      ports.map(({ name, port }) => portText(name, port)),
    );
  }
  const { port, targetPort } = found;
  if (service.spec?.clusterIP === "None" || targetPort === undefined || targetPort === 0) {
    return { number: port, containerPort: port };
  }
  const containerPort = typeof targetPort === "number" ? targetPort : named(targetPort, label, pod);
  return { number: port, containerPort };
}

/** Any number will do, declared or not, but one that is declared for another protocol alone. */
function checkedNumber(port: number, label: string, pod: Pod): number {
  const declared = containerPorts(pod).filter(({ number }) => number === port);
  if (declared.length > 0 && declared.every(({ protocol }) => protocol !== "TCP")) throw notTcp(port, label);
  return port;
}

function named(name: string, label: string, pod: Pod): number {
  const ports = containerPorts(pod);
  const matching = ports.filter((one) => one.name === name);
  const found = matching.find(({ protocol }) => protocol === "TCP");
  if (found !== undefined) return found.number;
  if (matching.length > 0) throw notTcp(name, label);
  const owner = label.startsWith("pods ") ? label : `${label} on pods "${pod.metadata?.name ?? ""}"`;
  throw absent(
    name,
    owner,
    ports.map((one) => portText(one.name, one.number)),
  );
}

function absent(remote: number | string, label: string, has: readonly string[]): UsageError {
  const what = typeof remote === "number" ? `port ${remote}` : `a port named ${JSON.stringify(remote)}`;
  return new UsageError("INVALID_INPUT", `Cannot forward ports of ${label}: it does not have ${what}`, {
    hint: has.length === 0 ? "It names none; give a number." : `It has ${has.join(", ")}.`,
  });
}

function notTcp(remote: number | string, label: string): UsageError {
  return new UsageError("INVALID_INPUT", `Cannot forward port ${remote} of ${label}: it is not a TCP port`, {
    hint: "The API forwards TCP alone.",
  });
}

function invalid(label: string, why: string): UsageError {
  return new UsageError("INVALID_INPUT", `Cannot forward ports of ${label}: ${why}`, {
    hint: 'Write 8080, "8080:80" (local and remote), ":80" (any free local one) or a name: "http", "8080:http".',
  });
}
