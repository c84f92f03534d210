import { type ApiObject, isJsonObject, type JsonObject } from "../../model/object.ts";
import { fieldsOf } from "../json.ts";
import type { Strategy, StrategyContext } from "../strategy.ts";

/** First address of the range 10.96.0.0/16; 10.96.0.1 is the API server's own Service. */
const FIRST_HOST = 2;
const LAST_HOST = 65_534;
const NODE_PORTS = { first: 30_000, last: 32_767 };

/**
 * Addresses and node ports are given out when a Service is written.
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/storage/alloc.go
 */
export const SERVICE_STRATEGY: Partial<Strategy> = {
  createsOnUpdate: true,
  prepareCreate(service, context) {
    service.status = { loadBalancer: {} };
    allocate(service, context);
  },
  prepareUpdate(service, old, context) {
    inherit(service, old);
    allocate(service, context);
  },
};

function allocate(service: ApiObject, context: StrategyContext): void {
  const spec = fieldsOf(service.spec);
  service.spec = spec;
  const others = context.store
    .list(context.definition.storageKey)
    .filter((other) => other.metadata.uid !== service.metadata.uid);
  if (spec.type === "ExternalName") return;
  if (!hasText(spec.clusterIP)) spec.clusterIP = freeAddress(others);
  if (!Array.isArray(spec.clusterIPs) || spec.clusterIPs.length === 0) spec.clusterIPs = [spec.clusterIP];
  spec.ipFamilies ??= ["IPv4"];
  spec.ipFamilyPolicy ??= "SingleStack";
  if (spec.type === "NodePort" || spec.type === "LoadBalancer") allocateNodePorts(spec, others);
}

/** A write that leaves out what was given out keeps it. */
function inherit(service: ApiObject, old: ApiObject): void {
  const spec = fieldsOf(service.spec);
  const before = fieldsOf(old.spec);
  service.spec = spec;
  if (spec.type === "ExternalName") {
    if (before.type !== "ExternalName") for (const name of ["clusterIP", "clusterIPs"]) delete spec[name];
    return;
  }
  for (const name of ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]) {
    if (!hasText(spec[name]) && before[name] !== undefined) spec[name] = before[name];
  }
  if (spec.type === "ClusterIP") {
    for (const port of portsOf(spec)) delete port.nodePort;
    return;
  }
  const known = new Map(portsOf(before).map((port) => [portKey(port), port.nodePort]));
  for (const port of portsOf(spec)) {
    const nodePort = port.nodePort ?? known.get(portKey(port));
    if (nodePort !== undefined) port.nodePort = nodePort;
  }
}

function allocateNodePorts(spec: JsonObject, others: readonly ApiObject[]): void {
  const taken = new Set(others.flatMap((other) => portsOf(fieldsOf(other.spec)).map((port) => port.nodePort)));
  for (const port of portsOf(spec)) {
    if (typeof port.nodePort === "number" && port.nodePort !== 0) continue;
    let candidate = NODE_PORTS.first;
    while (taken.has(candidate) && candidate < NODE_PORTS.last) candidate += 1;
    taken.add(candidate);
    port.nodePort = candidate;
  }
}

function freeAddress(others: readonly ApiObject[]): string {
  const taken = new Set(others.map((other) => fieldsOf(other.spec).clusterIP));
  for (let host = FIRST_HOST; host <= LAST_HOST; host += 1) {
    const address = `10.96.${host >> 8}.${host & 255}`;
    if (!taken.has(address)) return address;
  }
  return "None";
}

function portsOf(spec: JsonObject): JsonObject[] {
  return Array.isArray(spec.ports) ? spec.ports.filter(isJsonObject) : [];
}

function portKey(port: JsonObject): string {
  return `${String(port.protocol)}/${String(port.port)}`;
}

function hasText(value: unknown): boolean {
  return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
}
