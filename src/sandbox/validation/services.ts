/** Services: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/core/validation/validation.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, semanticEqual, stringAt, stringMapAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { dnsLabel, dnsSubdomain, isAddress, isNetwork, portNumber, qualifiedName } from "./names.ts";
import { validateLabels } from "./object-meta.ts";
import { validateChoice, validateImmutable, validatePort } from "./values.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const AFFINITIES = ["ClientIP", "None"];
const POLICIES = ["Cluster", "Local"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const KUBELET_PORT = 10250;
const MAX_AFFINITY_SECONDS = 86400;
const VALID_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";

export function validateService(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const ports = objectsAt(spec, "ports");
  const type = stringAt(spec, "type");
  const headless = spec.clusterIP === "None";
  if (ports.length === 0 && !headless && type !== "ExternalName") errors.required("spec.ports");
  validateType(errors, spec, ports, headless);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    validateServicePort(errors, port, ports.length > 1, names, `spec.ports[${index}]`);
  }
  validateLabels(errors, stringMapAt(spec, "selector"), "spec.selector");
  validateChoice(errors, spec, "sessionAffinity", AFFINITIES, "spec");
  const seconds = numberAt(objectAt(objectAt(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds");
  if (
    spec.sessionAffinity === "ClientIP" &&
    seconds !== undefined &&
    (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS)
  ) {
    const detail = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`;
    errors.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, detail);
  }
  for (const [index, address] of stringsAt(spec, "externalIPs").entries()) {
    if (!isAddress(address)) errors.invalid(`spec.externalIPs[${index}]`, address, VALID_ADDRESS);
  }
  validateChoice(errors, spec, "type", TYPES, "spec");
  validateUniquePorts(errors, ports);
  validateSourceRanges(errors, spec);
  validateTrafficPolicies(errors, spec);
  validateClusterAddresses(errors, spec);
}

/** A cluster IP that is given stays; only an ExternalName has none to keep. */
export function validateServiceUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const before = objectAt(old, "spec") ?? {};
  if (before.type === "ExternalName" || spec.type === "ExternalName") return;
  const given = stringsAt(before, "clusterIPs");
  const kept = stringsAt(spec, "clusterIPs");
  if (given.length > 0 && kept[0] !== given[0]) {
    errors.invalid("spec.clusterIPs[0]", kept, "may not change once set");
  }
  const className = before.loadBalancerClass;
  if (className !== undefined && before.type === "LoadBalancer" && spec.type === "LoadBalancer") {
    if (!semanticEqual(className, spec.loadBalancerClass)) {
      errors.invalid("spec.loadBalancerClass", spec.loadBalancerClass, "may not change once set");
    }
  }
  const oldHealth = numberAt(before, "healthCheckNodePort") ?? 0;
  const local = (one: JsonObject) => one.type === "LoadBalancer" && one.externalTrafficPolicy === "Local";
  if (local(before) && local(spec) && oldHealth !== 0) {
    validateImmutable(errors, numberAt(spec, "healthCheckNodePort") ?? 0, oldHealth, "spec.healthCheckNodePort");
  }
}

function validateType(errors: FieldErrors, spec: JsonObject, ports: readonly JsonObject[], headless: boolean): void {
  const type = stringAt(spec, "type");
  if (type === "LoadBalancer") {
    for (const [index, port] of ports.entries()) {
      if (port.port !== KUBELET_PORT) continue;
      const detail = `may not expose port ${KUBELET_PORT} externally since it is used by kubelet`;
      errors.invalid(`spec.ports[${index}]`, port.port, detail);
    }
  }
  if ((type === "LoadBalancer" || type === "NodePort") && headless) {
    errors.invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`);
  }
  if (type === "ExternalName") {
    if (stringAt(spec, "clusterIP") !== "")
      errors.forbidden("spec.clusterIPs", "may not be set for ExternalName services");
    const name = stringAt(spec, "externalName").replace(/\.$/, "");
    if (name === "") errors.required("spec.externalName");
    else errors.invalidEach("spec.externalName", name, dnsSubdomain(name));
  }
  if (type !== "ClusterIP") return;
  for (const [index, port] of ports.entries()) {
    if (port.nodePort) errors.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'");
  }
}

function validateServicePort(
  errors: FieldErrors,
  port: JsonObject,
  named: boolean,
  names: Set<string>,
  path: string,
): void {
  const name = stringAt(port, "name");
  if (name === "" && named) errors.required(`${path}.name`);
  else if (name !== "") {
    errors.invalidEach(`${path}.name`, name, dnsLabel(name));
    if (names.has(name)) errors.duplicate(`${path}.name`, name);
    names.add(name);
  }
  const number = numberAt(port, "port") ?? 0;
  errors.invalidEach(`${path}.port`, number, portNumber(number));
  validateChoice(errors, port, "protocol", PROTOCOLS, path);
  validatePort(errors, port.targetPort, `${path}.targetPort`);
  const application = stringAt(port, "appProtocol");
  if (application !== "") errors.invalidEach(`${path}.appProtocol`, application, qualifiedName(application));
}

function validateUniquePorts(errors: FieldErrors, ports: readonly JsonObject[]): void {
  const nodePorts = new Set<string>();
  const numbers = new Set<string>();
  for (const [index, { protocol, port, nodePort }] of ports.entries()) {
    if (nodePort) {
      const key = `${protocol}/${nodePort}`;
      if (nodePorts.has(key)) errors.duplicate(`spec.ports[${index}].nodePort`, nodePort);
      nodePorts.add(key);
    }
    const key = `${protocol}/${port}`;
    if (numbers.has(key)) errors.duplicate(`spec.ports[${index}]`, { protocol, port });
    numbers.add(key);
  }
}

function validateSourceRanges(errors: FieldErrors, spec: JsonObject): void {
  const ranges = stringsAt(spec, "loadBalancerSourceRanges");
  if (ranges.length === 0) return;
  const path = "spec.LoadBalancerSourceRanges";
  if (spec.type !== "LoadBalancer") errors.forbidden(path, "may only be used when `type` is 'LoadBalancer'");
  for (const [index, range] of ranges.entries()) {
    if (isNetwork(range)) continue;
    errors.invalid(`${path}[${index}]`, range, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  }
}

function validateTrafficPolicies(errors: FieldErrors, spec: JsonObject): void {
  const external = stringAt(spec, "externalTrafficPolicy");
  const exposed = spec.type === "NodePort" || spec.type === "LoadBalancer";
  const reachable = exposed || (spec.type === "ClusterIP" && stringsAt(spec, "externalIPs").length > 0);
  if (reachable) validateChoice(errors, spec, "externalTrafficPolicy", POLICIES, "spec");
  else if (external !== "") {
    errors.invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services");
  }
  const needsHealth = spec.type === "LoadBalancer" && external === "Local";
  const health = numberAt(spec, "healthCheckNodePort") ?? 0;
  if (!needsHealth && health !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.invalid("spec.healthCheckNodePort", health, detail);
  }
  const internal = stringAt(spec, "internalTrafficPolicy");
  if (internal !== "" && !POLICIES.includes(internal))
    errors.notSupported("spec.internalTrafficPolicy", internal, POLICIES);
}

function validateClusterAddresses(errors: FieldErrors, spec: JsonObject): void {
  const address = stringAt(spec, "clusterIP");
  const addresses = stringsAt(spec, "clusterIPs");
  if (address !== "" && addresses.length > 0 && addresses[0] !== address) {
    errors.invalid("spec.clusterIPs", addresses, "first value must match `clusterIP`");
  }
  for (const [index, one] of (addresses.length > 0 ? addresses : address === "" ? [] : [address]).entries()) {
    if (one !== "None" && !isAddress(one)) errors.invalid(`spec.clusterIPs[${index}]`, one, VALID_ADDRESS);
  }
}
