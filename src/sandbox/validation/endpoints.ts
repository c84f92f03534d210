/** Endpoints and EndpointSlices: https://github.com/kubernetes/kubernetes/blob/master/pkg/apis/discovery/validation/validation.go */
import type { ApiObject, JsonObject } from "../model/object.ts";
import { numberAt, objectsAt, stringAt, stringsAt } from "../schema/fields.ts";
import type { FieldErrors } from "./field-errors.ts";
import { dnsLabel, dnsSubdomain, isAddress, isIpv6, portNumber } from "./names.ts";
import { validateImmutable } from "./values.ts";

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const VALID_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_ENDPOINTS = 1000;

export function validateEndpoints(errors: FieldErrors, object: ApiObject): void {
  for (const [index, subset] of objectsAt(object, "subsets").entries()) {
    const at = `subsets[${index}]`;
    const ready = objectsAt(subset, "addresses");
    const waiting = objectsAt(subset, "notReadyAddresses");
    if (ready.length + waiting.length === 0) {
      errors.required(at, "must specify `addresses` or `notReadyAddresses`");
    }
    for (const [field, addresses] of Object.entries({ addresses: ready, notReadyAddresses: waiting })) {
      for (const [position, address] of addresses.entries()) {
        validateHostAddress(errors, stringAt(address, "ip"), `${at}.${field}[${position}].ip`);
      }
    }
    const ports = objectsAt(subset, "ports");
    for (const [position, port] of ports.entries()) {
      validateEndpointPort(errors, port, ports.length > 1, `${at}.ports[${position}]`);
    }
  }
}

export function validateEndpointSlice(errors: FieldErrors, object: ApiObject): void {
  const type = stringAt(object, "addressType");
  if (type === "") errors.required("addressType");
  else if (!ADDRESS_TYPES.includes(type)) errors.notSupported("addressType", type, ADDRESS_TYPES);
  const endpoints = objectsAt(object, "endpoints");
  if (endpoints.length > MAX_ENDPOINTS) errors.tooMany("endpoints", endpoints.length, MAX_ENDPOINTS);
  for (const [index, endpoint] of endpoints.entries()) validateEndpoint(errors, endpoint, type, `endpoints[${index}]`);
  const ports = objectsAt(object, "ports");
  if (ports.length > MAX_PORTS) errors.tooMany("ports", ports.length, MAX_PORTS);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const name = stringAt(port, "name");
    if (name !== "") errors.invalidEach(`ports[${index}].name`, name, dnsLabel(name));
    if (names.has(name)) errors.duplicate(`ports[${index}].name`, name);
    names.add(name);
    const protocol = stringAt(port, "protocol");
    if (!PROTOCOLS.includes(protocol)) errors.notSupported(`ports[${index}].protocol`, protocol, PROTOCOLS);
  }
}

export function validateEndpointSliceUpdate(errors: FieldErrors, object: ApiObject, old: ApiObject): void {
  validateImmutable(errors, object.addressType, old.addressType, "addressType");
}

function validateEndpoint(errors: FieldErrors, endpoint: JsonObject, type: string, path: string): void {
  const addresses = stringsAt(endpoint, "addresses");
  if (addresses.length === 0) errors.required(`${path}.addresses`, "must contain at least 1 address");
  if (addresses.length > MAX_ADDRESSES) errors.tooMany(`${path}.addresses`, addresses.length, MAX_ADDRESSES);
  for (const [index, address] of addresses.entries()) {
    const at = `${path}.addresses[${index}]`;
    if (type === "FQDN") errors.invalidEach(at, address, dnsSubdomain(address));
    else if (!isAddress(address)) errors.invalid(at, address, VALID_ADDRESS);
    else if (type === "IPv4" && isIpv6(address)) errors.invalid(at, address, "must be an IPv4 address");
    else if (type === "IPv6" && !isIpv6(address)) errors.invalid(at, address, "must be an IPv6 address");
  }
  const hostname = stringAt(endpoint, "hostname");
  if (hostname !== "") errors.invalidEach(`${path}.hostname`, hostname, dnsLabel(hostname));
}

function validateHostAddress(errors: FieldErrors, address: string, path: string): void {
  if (!isAddress(address)) {
    errors.invalid(path, address, VALID_ADDRESS);
    return;
  }
  if (address === "0.0.0.0" || address === "::") errors.invalid(path, address, `may not be unspecified (${address})`);
  if (address.startsWith("127.") || address === "::1") {
    errors.invalid(path, address, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
  }
  if (address.startsWith("169.254.") || /^fe80:/i.test(address)) {
    errors.invalid(path, address, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
  }
}

function validateEndpointPort(errors: FieldErrors, port: JsonObject, named: boolean, path: string): void {
  const name = stringAt(port, "name");
  if (name === "" && named) errors.required(`${path}.name`);
  else if (name !== "") errors.invalidEach(`${path}.name`, name, dnsLabel(name));
  const number = numberAt(port, "port") ?? 0;
  errors.invalidEach(`${path}.port`, number, portNumber(number));
  const protocol = stringAt(port, "protocol");
  if (protocol === "") errors.required(`${path}.protocol`);
  else if (!PROTOCOLS.includes(protocol)) errors.notSupported(`${path}.protocol`, protocol, PROTOCOLS);
}
