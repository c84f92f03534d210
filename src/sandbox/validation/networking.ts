/** Ingresses and NetworkPolicies: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/networking/validation/validation.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { validateLabelSelector } from "./label-selector.ts";
import { dnsLabel, dnsSubdomain, isAddress, isNetwork, portName, portNumber, wildcardSubdomain } from "./names.ts";
import { validatePort } from "./values.ts";

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const POLICY_TYPES = ["Egress", "Ingress"];
const NO_BACKEND = "cannot set both resource and service backends";

export function validateIngress(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const rules = objectsAt(spec, "rules");
  const backend = objectAt(spec, "defaultBackend");
  if (rules.length === 0 && backend === undefined) {
    errors.invalid("spec", rules, "either `defaultBackend` or `rules` must be specified");
  }
  if (backend !== undefined) validateBackend(errors, backend, "spec.defaultBackend");
  for (const [index, rule] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    const host = stringAt(rule, "host");
    if (host !== "") validateHost(errors, host, `${at}.host`);
    const http = objectAt(rule, "http");
    if (http === undefined) continue;
    const paths = objectsAt(http, "paths");
    if (paths.length === 0) errors.required(`${at}.http.paths`);
    for (const [position, path] of paths.entries()) validatePath(errors, path, `${at}.http.paths[${position}]`);
  }
  for (const [index, tls] of objectsAt(spec, "tls").entries()) {
    for (const [position, host] of stringsAt(tls, "hosts").entries()) {
      const check = host.startsWith("*") ? wildcardSubdomain : dnsSubdomain;
      errors.invalidEach(`spec.tls[${index}].hosts[${position}]`, host, check(host));
    }
  }
  const className = stringAt(spec, "ingressClassName");
  if (className !== "") errors.invalidEach("spec.ingressClassName", className, dnsSubdomain(className));
}

export function validateIngressCreate(errors: FieldErrors, object: ApiObject): void {
  const annotation = "kubernetes.io/ingress.class";
  const annotated = object.metadata.annotations?.[annotation];
  const spec = objectAt(object, "spec");
  if (annotated !== undefined && spec?.ingressClassName !== undefined && annotated !== spec.ingressClassName) {
    errors.invalid(`annotations.${annotation}`, annotated, "must match `ingressClassName` when both are specified");
  }
}

export function validateIngressClass(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  const controller = stringAt(spec, "controller");
  if (controller === "") errors.required("spec.controller");
  else if (!controller.includes("/")) {
    errors.invalid("spec.controller", controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  }
  const parameters = objectAt(spec, "parameters");
  if (parameters === undefined) return;
  for (const field of ["kind", "name"]) {
    if (stringAt(parameters, field) === "") errors.required(`spec.parameters.${field}`, `${field} is required`);
  }
}

export function validateNetworkPolicy(errors: FieldErrors, object: ApiObject): void {
  const spec = objectAt(object, "spec") ?? {};
  validateLabelSelector(errors, objectAt(spec, "podSelector"), "spec.podSelector");
  for (const [direction, side] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    for (const [index, rule] of objectsAt(spec, direction).entries()) {
      const at = `spec.${direction}[${index}]`;
      for (const [position, port] of objectsAt(rule, "ports").entries())
        validatePolicyPort(errors, port, `${at}.ports[${position}]`);
      for (const [position, peer] of objectsAt(rule, side).entries())
        validatePeer(errors, peer, `${at}.${side}[${position}]`);
    }
  }
  const types = stringsAt(spec, "policyTypes");
  if (types.length > 2) errors.invalid("spec.policyTypes", types, "may not specify more than two policyTypes");
  for (const [index, type] of types.entries()) {
    if (!POLICY_TYPES.includes(type)) errors.notSupported(`spec.policyTypes[${index}]`, type, POLICY_TYPES);
  }
}

function validateHost(errors: FieldErrors, host: string, path: string): void {
  if (isAddress(host)) errors.invalid(path, host, "must be a DNS name, not an IP address");
  else errors.invalidEach(path, host, host.includes("*") ? wildcardSubdomain(host) : dnsSubdomain(host));
}

function validatePath(errors: FieldErrors, path: JsonObject, at: string): void {
  const type = path.pathType;
  const text = stringAt(path, "path");
  if (type === undefined) errors.required(`${at}.pathType`, "pathType must be specified");
  else if (!PATH_TYPES.includes(String(type))) errors.notSupported(`${at}.pathType`, type, PATH_TYPES);
  else if (type === "ImplementationSpecific") {
    if (text !== "" && !text.startsWith("/")) errors.invalid(`${at}.path`, text, "must be an absolute path");
  } else {
    if (!text.startsWith("/")) errors.invalid(`${at}.path`, text, "must be an absolute path");
    for (const part of ["//", "/./", "/../", "%2f", "%2F"]) {
      if (text.includes(part)) errors.invalid(`${at}.path`, text, `must not contain '${part}'`);
    }
    for (const end of ["/..", "/."]) {
      if (text.endsWith(end)) errors.invalid(`${at}.path`, text, `cannot end with '${end}'`);
    }
  }
  validateBackend(errors, objectAt(path, "backend") ?? {}, `${at}.backend`);
}

function validateBackend(errors: FieldErrors, backend: JsonObject, path: string): void {
  const service = objectAt(backend, "service");
  const resource = objectAt(backend, "resource");
  if (service !== undefined && resource !== undefined) errors.invalid(path, "", NO_BACKEND);
  else if (resource === undefined && service === undefined) errors.required(path, "port name or number is required");
  if (service === undefined) return;
  const name = stringAt(service, "name");
  if (name === "") errors.required(`${path}.service.name`);
  else errors.invalidEach(`${path}.service.name`, name, dnsLabel(name));
  const port = objectAt(service, "port");
  const [number, named] = [numberAt(port, "number") ?? 0, stringAt(port, "name")];
  if (number !== 0 && named !== "") errors.invalid(path, "", "cannot set both port name & port number");
  else if (named !== "") errors.invalidEach(`${path}.service.port.name`, named, portName(named));
  else if (number !== 0) errors.invalidEach(`${path}.service.port.number`, number, portNumber(number));
  else errors.required(path, "port name or number is required");
}

function validatePolicyPort(errors: FieldErrors, port: JsonObject, path: string): void {
  const protocol = stringAt(port, "protocol");
  if (protocol !== "" && !PROTOCOLS.includes(protocol)) errors.notSupported(`${path}.protocol`, protocol, PROTOCOLS);
  if (port.port !== undefined) validatePort(errors, port.port, `${path}.port`);
  const end = numberAt(port, "endPort");
  if (end === undefined) return;
  if (port.port === undefined) errors.required(`${path}.port`, "must be specified when `endPort` is specified");
  else if (typeof port.port !== "number")
    errors.invalid(`${path}.endPort`, end, "may not be specified when `port` is non-numeric");
  else if (end < port.port) errors.invalid(`${path}.endPort`, end, "must be greater than or equal to `port`");
  errors.invalidEach(`${path}.endPort`, end, portNumber(end));
}

function validatePeer(errors: FieldErrors, peer: JsonObject, path: string): void {
  const block = objectAt(peer, "ipBlock");
  const selectors = ["podSelector", "namespaceSelector"].filter((field) => objectAt(peer, field) !== undefined);
  for (const field of selectors) validateLabelSelector(errors, objectAt(peer, field), `${path}.${field}`);
  if (block === undefined) {
    if (selectors.length === 0) errors.required(path, "must specify a peer");
    return;
  }
  if (selectors.length > 0) errors.forbidden(path, "may not specify both ipBlock and another peer");
  const cidr = stringAt(block, "cidr");
  if (cidr === "") errors.required(`${path}.ipBlock.cidr`);
  for (const [at, network] of [
    [`${path}.ipBlock.cidr`, cidr],
    ...stringsAt(block, "except").map((one, index) => [`${path}.ipBlock.except[${index}]`, one] as const),
  ] as const) {
    if (network === "" || isNetwork(network)) continue;
    errors.invalid(at, network, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
  }
}
