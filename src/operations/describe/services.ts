/** Services, and the endpoints behind them in both forms. */
import type { EndpointSubset, Endpoints, LoadBalancerIngress, Service, ServicePort } from "../../types/core-v1.ts";
import type { Endpoint, EndpointSlice } from "../../types/discovery-v1.ts";
import { annotations, identity, labels, mapText, orNone } from "./format.ts";
import { field, indented, type Layout, NONE, optional, row, section, table, UNSET } from "./layout.ts";
import { itemsOr, type Related } from "./related.ts";

/** More addresses than these are counted. */
const MOST_ADDRESSES = 3;

export function service(object: Service, slices: Related<EndpointSlice>): Layout {
  const { metadata, spec = {}, status } = object;
  const { ports = [], externalIPs = [], loadBalancerSourceRanges = [] } = spec;
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    field("Selector", mapText(spec.selector)),
    field("Type", spec.type ?? ""),
    optional("IP Family Policy", spec.ipFamilyPolicy),
    field("IP Families", orNone(spec.ipFamilies?.join(","))),
    field("IP", spec.clusterIP ?? ""),
    field("IPs", orNone(spec.clusterIPs?.join(","))),
    optional("External IPs", externalIPs.join(",")),
    optional("Desired LoadBalancer IP", spec.loadBalancerIP),
    optional("External Name", spec.externalName),
    optional("LoadBalancer Ingress", status?.loadBalancer?.ingress?.map(ingressText).join(", ")),
    ports.map((port) => servicePort(port, slices)),
    field("Session Affinity", spec.sessionAffinity ?? ""),
    optional("External Traffic Policy", spec.externalTrafficPolicy),
    optional("Internal Traffic Policy", spec.internalTrafficPolicy),
    spec.healthCheckNodePort === 0 ? undefined : optional("HealthCheck NodePort", spec.healthCheckNodePort),
    optional("LoadBalancer Source Ranges", loadBalancerSourceRanges.join(",")),
    optional("Traffic Distribution", spec.trafficDistribution),
  ];
}

function ingressText({ ip = "", ipMode, hostname = "" }: LoadBalancerIngress): string {
  if (ip === "") return hostname;
  return ipMode === undefined ? ip : `${ip} (${ipMode})`;
}

function servicePort(one: ServicePort, slices: Related<EndpointSlice>): Layout {
  const { name = "", port, targetPort = port, protocol = "TCP", nodePort = 0, appProtocol } = one;
  const shown = name === "" ? UNSET : name;
  return [
    row("Port:", shown, `${port}/${protocol}`),
    field("TargetPort", `${targetPort}/${protocol}`),
    optional("AppProtocol", appProtocol),
    nodePort === 0 ? undefined : row("NodePort:", shown, `${nodePort}/${protocol}`),
    field("Endpoints", endpointsText(slices, name)),
  ];
}

/** The ready addresses behind a port by its name: `10.0.0.1:80,10.0.0.2:80`. */
export function endpointsText(slices: Related<EndpointSlice>, portName: string): string {
  return itemsOr(slices, (items) => {
    if (items.length === 0) return NONE;
    const addresses = items.flatMap((slice) => addressesOf(slice, portName));
    const more = addresses.length - MOST_ADDRESSES;
    const shown = addresses.slice(0, MOST_ADDRESSES).join(",");
    return more > 0 ? `${shown} + ${more} more...` : shown;
  });
}

function addressesOf({ endpoints = [], ports = [] }: EndpointSlice, portName: string): string[] {
  // Whether an endpoint is ready may not be known; then it counts as ready.
  const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
  const addresses = ready.map((endpoint) => endpoint.addresses[0] ?? "");
  // A headless service may have no port.
  if (ports.length === 0) return addresses;
  return ports
    .filter(({ name = "" }) => name === portName)
    .flatMap(({ port }) => addresses.map((address) => `${address.includes(":") ? `[${address}]` : address}:${port}`));
}

export function endpoints(object: Endpoints): Layout {
  const { metadata, subsets = [] } = object;
  return [identity(object), labels(metadata), annotations(metadata), section("Subsets", subsets.map(subset))];
}

function subset({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset): Layout {
  const ips = (list: readonly { readonly ip: string }[]): string => orNone(list.map(({ ip }) => ip).join(","));
  return [
    field("Addresses", ips(addresses)),
    field("NotReadyAddresses", ips(notReadyAddresses)),
    ports.length === 0 ? undefined : section("Ports", portTable(ports)),
    row(""),
  ];
}

interface NamedPort {
  readonly name?: string;
  readonly port?: number;
  readonly protocol?: string;
}

function portTable(ports: readonly NamedPort[]): Layout {
  return table(
    ["Name", "Port", "Protocol"],
    ports.map(({ name = "", port, protocol = "TCP" }) => [name === "" ? UNSET : name, `${port ?? UNSET}`, protocol]),
  );
}

export function endpointSlice(object: EndpointSlice): Layout {
  const { metadata, addressType } = object;
  const ports = object.ports ?? [];
  const list = object.endpoints ?? [];
  return [
    identity(object),
    labels(metadata),
    annotations(metadata),
    field("AddressType", addressType),
    ports.length === 0 ? row(`Ports: ${UNSET}`) : section("Ports", portTable(ports)),
    list.length === 0 ? row(`Endpoints: ${NONE}`) : section("Endpoints", list.map(endpoint)),
  ];
}

function endpoint({ addresses, conditions = {}, hostname, targetRef, nodeName, zone }: Endpoint): Layout {
  return [
    field("- Addresses", orNone(addresses.join(", "))),
    indented(
      section("Conditions", field("Ready", conditions.ready ?? UNSET)),
      field("Hostname", hostname ?? UNSET),
      targetRef === undefined ? undefined : field("TargetRef", `${targetRef.kind}/${targetRef.name}`),
      field("NodeName", nodeName ?? UNSET),
      field("Zone", zone ?? UNSET),
    ),
  ];
}
