import type { Service, ServicePort } from "../../types/core-v1.ts";
import {
  given,
  listOf,
  type MakeOptions,
  making,
  metadataFor,
  portNumber,
  portNumberOrName,
  type Refuse,
} from "./making.ts";

/** `80`, `"80"`, `"80:8080"` or `"80:http"`: the service's port, and the containers' where it is another. */
export type PortMapping = number | string;

export interface MakeServiceOptions extends MakeOptions {
  /** Default `ClusterIP`. */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName" | undefined;
  readonly tcp?: PortMapping | readonly PortMapping[] | undefined;
  readonly udp?: PortMapping | readonly PortMapping[] | undefined;
  /** `"None"` for a headless service. Only of type ClusterIP. */
  readonly clusterIP?: string | undefined;
  /** The port on every node; of a service with one port, of type NodePort or LoadBalancer. */
  readonly nodePort?: number | undefined;
  /** The name that a service of type ExternalName stands for. */
  readonly externalName?: string | undefined;
  /** Labels of the pods behind it. Default `{ app: name }`. */
  readonly selector?: Readonly<Record<string, string>> | undefined;
}

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];
const DNS_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

export function makeService(name: string, options: MakeServiceOptions = {}): Service {
  const known = ["type", "tcp", "udp", "clusterIP", "nodePort", "externalName", "selector"];
  const refuse = making("Service", name, options, known);
  const { type = "ClusterIP", clusterIP, nodePort, externalName, selector = { app: name } } = options;
  if (!TYPES.includes(type)) throw refuse(`type is ${JSON.stringify(type)}`, `It is ${TYPES.join(", ")}.`);
  const ports = [
    ...listOf(options.tcp).map((one) => portOf(refuse, "TCP", one)),
    ...listOf(options.udp).map((one) => portOf(refuse, "UDP", one)),
  ];
  const needsPorts = type !== "ExternalName" && clusterIP !== "None";
  if (needsPorts && ports.length === 0) throw refuse("it has no port", 'Say which: { tcp: "80:8080" }.');
  if (clusterIP !== undefined && type !== "ClusterIP") {
    throw refuse(`clusterIP is given for type ${type}`, "Only type ClusterIP takes it.");
  }
  if ((externalName !== undefined) !== (type === "ExternalName")) {
    throw refuse(
      externalName === undefined ? "it has no externalName" : `externalName is given for type ${type}`,
      'Write { type: "ExternalName", externalName: "db.example.com" }.',
    );
  }
  if (externalName !== undefined && (externalName.length > 253 || !DNS_NAME.test(externalName))) {
    throw refuse(`externalName is "${externalName}"`, "It is a DNS name in lower case.");
  }
  if (nodePort !== undefined) {
    const [only, second] = ports;
    if (only === undefined || second !== undefined || (type !== "NodePort" && type !== "LoadBalancer")) {
      throw refuse(
        "nodePort is not for this service",
        "A service of one port takes it, of type NodePort or LoadBalancer.",
      );
    }
    only.nodePort = portNumber(refuse, "nodePort", nodePort);
  }
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataFor(name, options, { app: name }),
    spec: {
      ...(ports.length === 0 ? {} : { ports }),
      selector: { ...selector },
      ...given({ clusterIP, externalName }),
      type,
    },
  };
}

function portOf(refuse: Refuse, protocol: "TCP" | "UDP", mapping: PortMapping): ServicePort {
  const field = protocol.toLowerCase();
  const [outer = "", inner = outer, ...rest] = String(mapping).split(":");
  if (rest.length > 0) throw refuse(`${field} is "${mapping}"`, 'Write a port, "80", or two, "80:8080".');
  const port = portNumber(refuse, field, outer);
  const targetPort = portNumberOrName(refuse, field, inner);
  const name = outer === inner ? outer : `${outer}-${inner}`;
  return { name: protocol === "TCP" ? name : `${name}-udp`, protocol, port, targetPort };
}
