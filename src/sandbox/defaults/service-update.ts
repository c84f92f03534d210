/**
 * What an update of a Service keeps and gives up without saying so:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/strategy.go
 */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { ensureObject, objectAt, objectsAt, semanticEqual } from "../schema/fields.ts";

const ADDRESS_FIELDS = ["clusterIP", "clusterIPs"];
const FAMILY_FIELDS = ["ipFamilies", "ipFamilyPolicy"];

/** Completes `service` in place from what `old` was given, then drops what its new type has no use for. */
export function carryAllocations(old: ApiObject, service: ApiObject): void {
  const before = objectAt(old, "spec") ?? {};
  const spec = ensureObject(service, "spec");
  keepGiven(before, spec);
  dropUnused(before, spec);
}

function keepGiven(before: JsonObject, spec: JsonObject): void {
  if (needsAddress(before) && needsAddress(spec)) {
    for (const field of [...ADDRESS_FIELDS, ...FAMILY_FIELDS]) {
      if (spec[field] === undefined && before[field] !== undefined) spec[field] = structuredClone(before[field]);
    }
  }
  if (needsNodePorts(before) && needsNodePorts(spec)) {
    const given = objectsAt(before, "ports");
    for (const port of objectsAt(spec, "ports")) {
      if (port.nodePort) continue;
      const same = given.find((one) => one.port === port.port && one.protocol === port.protocol);
      if (same?.nodePort) port.nodePort = same.nodePort;
    }
  }
  if (needsHealthCheck(before) && needsHealthCheck(spec) && before.healthCheckNodePort) {
    spec.healthCheckNodePort ??= before.healthCheckNodePort;
  }
}

/** Only what is unchanged goes: a value that the request sets anew is left for validation to judge. */
function dropUnused(before: JsonObject, spec: JsonObject): void {
  if (needsAddress(before) && !needsAddress(spec)) dropUnchanged(before, spec, [...ADDRESS_FIELDS, ...FAMILY_FIELDS]);
  if (needsNodePorts(before) && !needsNodePorts(spec)) {
    const ports = (one: JsonObject) => objectsAt(one, "ports").map(({ nodePort }) => nodePort);
    if (semanticEqual(ports(before), ports(spec))) for (const port of objectsAt(spec, "ports")) delete port.nodePort;
  }
  if (needsHealthCheck(before) && !needsHealthCheck(spec)) dropUnchanged(before, spec, ["healthCheckNodePort"]);
  if (isExposed(before) && !isExposed(spec)) dropUnchanged(before, spec, ["externalTrafficPolicy"]);
  if (before.type === "LoadBalancer" && spec.type !== "LoadBalancer") {
    dropUnchanged(before, spec, ["allocateLoadBalancerNodePorts", "loadBalancerClass"]);
  }
}

function dropUnchanged(before: JsonObject, spec: JsonObject, fields: readonly string[]): void {
  for (const field of fields) if (semanticEqual(before[field], spec[field])) delete spec[field];
}

function needsAddress(spec: JsonObject): boolean {
  return spec.type !== "ExternalName";
}

function needsNodePorts(spec: JsonObject): boolean {
  return spec.type === "NodePort" || (spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false);
}

function needsHealthCheck(spec: JsonObject): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

function isExposed(spec: JsonObject): boolean {
  const external = Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0;
  return spec.type === "NodePort" || spec.type === "LoadBalancer" || (spec.type === "ClusterIP" && external);
}
