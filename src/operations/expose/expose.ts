/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_expose/ */
import type { KubernetesObject, UnknownObject } from "../../core/object.ts";
import { groupResource } from "../../core/path.ts";
import { parseLabelSelector } from "../../core/selector.ts";
import { UsageError } from "../../errors.ts";
import type { ResourceClient } from "../../resources/client.ts";
import type { WriteOptions } from "../../resources/options.ts";
import type { Container, Service, ServicePort, ServiceSpec } from "../../types/core-v1.ts";
import { given, listOf, namesOf, portNumber, portNumberOrName, type Refuse } from "../make/making.ts";
import { objectFor } from "../shared/object-for.ts";
import { sibling } from "../shared/siblings.ts";

export interface ExposeOptions extends WriteOptions {
  /** The service's port, or several: `80`, `[80, 443]`, `"80,443"`. Default: all that the containers name. */
  readonly port?: number | string | readonly (number | string)[] | undefined;
  /** The containers' port, by number or name, for every port. Default: the same as the service's. */
  readonly targetPort?: number | string | undefined;
  /** Default: that of the containers' port, else TCP. */
  readonly protocol?: "TCP" | "UDP" | "SCTP" | undefined;
  /** Of the service. Default: that of what is exposed, cut to 63 characters. */
  readonly name?: string | undefined;
  /** Default: the server's, ClusterIP. */
  readonly type?: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName" | undefined;
  /** Labels of the pods behind it, `"app=web"` or `{ app: "web" }`. Default: as what is exposed chooses its pods. */
  readonly selector?: string | Readonly<Record<string, string>> | undefined;
  /** Of the service. Default: those of what is exposed. */
  readonly labels?: string | Readonly<Record<string, string>> | undefined;
  /** `"None"` for a headless service, which needs no port. */
  readonly clusterIP?: string | undefined;
  readonly externalIP?: string | undefined;
  readonly loadBalancerIP?: string | undefined;
  readonly sessionAffinity?: "None" | "ClientIP" | undefined;
}

const TEMPLATED = [
  "deployments.apps",
  "replicasets.apps",
  "statefulsets.apps",
  "daemonsets.apps",
  "replicationcontrollers",
];

/** Makes a Service for the pods of an object. */
export async function expose(
  client: ResourceClient<KubernetesObject>,
  name: string,
  options: ExposeOptions = {},
): Promise<Service> {
  const { namespace, signal, dryRun, fieldManager, fieldValidation, ...wanted } = options;
  const resource = groupResource(await client.resource());
  const refuse: Refuse = (what, hint) =>
    new UsageError("INVALID_INPUT", `Cannot expose ${resource} "${name}": ${what}`, { hint });
  if (resource !== "pods" && resource !== "services" && !TEMPLATED.includes(resource)) {
    throw refuse("it has no pods to expose", "Pods, Services and what has a pod template are exposed.");
  }
  const object = (await objectFor(client, "expose", name, { namespace, signal })) as UnknownObject;
  const service = serviceFor(refuse, resource, object, wanted);
  const services = sibling<Service>(client, "services", object.metadata?.namespace ?? "default");
  return services.create(service, { signal, dryRun, fieldManager, fieldValidation });
}

/** The Service for an object as it is. */
function serviceFor(
  refuse: Refuse,
  resource: string,
  object: UnknownObject,
  options: Omit<ExposeOptions, keyof WriteOptions>,
): Service {
  const { name = object.metadata?.name?.slice(0, 63) ?? "", type, clusterIP, externalIP, loadBalancerIP } = options;
  const labels = options.labels === undefined ? object.metadata?.labels : pairsOf(refuse, "labels", options.labels);
  const selector =
    options.selector === undefined
      ? selectorOf(refuse, resource, object)
      : pairsOf(refuse, "selector", options.selector);
  const ports = portsFor(refuse, portsOf(resource, object), options);
  if (ports.length === 0 && clusterIP !== "None") {
    throw refuse(
      "its containers name no port",
      "Say which: { port: 80 }, with { targetPort } where the containers have another.",
    );
  }
  const spec: ServiceSpec = {
    ...(ports.length === 0 ? {} : { ports }),
    selector,
    ...given({ clusterIP, loadBalancerIP, type, sessionAffinity: options.sessionAffinity }),
    ...(externalIP === undefined ? {} : { externalIPs: [externalIP] }),
  };
  return { apiVersion: "v1", kind: "Service", metadata: { name, ...given({ labels }) }, spec };
}

/** A port that an object has already. */
interface KnownPort {
  readonly port: number;
  readonly protocol: ServicePort["protocol"];
}

function portsOf(resource: string, object: UnknownObject): KnownPort[] {
  const spec = (object.spec ?? {}) as {
    ports?: { port: number; protocol?: ServicePort["protocol"] }[];
    containers?: Container[];
    template?: { spec?: { containers?: Container[] } };
  };
  if (resource === "services") {
    return (spec.ports ?? []).map(({ port, protocol = "TCP" }) => ({ port, protocol }));
  }
  const containers = (resource === "pods" ? spec.containers : spec.template?.spec?.containers) ?? [];
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol = "TCP" }) => ({ port: containerPort, protocol })),
  );
}

/** One for each port and protocol; with names where there are several. */
function portsFor(
  refuse: Refuse,
  known: readonly KnownPort[],
  { port, targetPort, protocol }: Pick<ExposeOptions, "port" | "targetPort" | "protocol">,
): ServicePort[] {
  if (protocol !== undefined && !["TCP", "UDP", "SCTP"].includes(protocol)) {
    throw refuse(`protocol is ${JSON.stringify(protocol)}`, "It is TCP, UDP or SCTP.");
  }
  const wanted =
    port === undefined
      ? known.map((one) => one.port)
      : namesOf(listOf(port).join()).map((one) => portNumber(refuse, "port", one));
  const numbers = [...new Set(wanted)];
  return numbers.flatMap((number, index) => {
    const own = new Set(known.filter((one) => one.port === number).map((one) => one.protocol ?? "TCP"));
    const protocols = protocol !== undefined ? [protocol] : own.size === 0 ? ["TCP" as const] : [...own];
    const target = targetPort === undefined ? number : portNumberOrName(refuse, "targetPort", targetPort);
    return protocols.map((one) => {
      const suffix = protocols.length > 1 ? `-${one.toLowerCase()}` : "";
      const named = numbers.length > 1 || protocols.length > 1 ? { name: `port-${index + 1}${suffix}` } : {};
      return { ...named, protocol: one, port: number, targetPort: target };
    });
  });
}

/** A Service chooses by equality alone. */
function selectorOf(refuse: Refuse, resource: string, object: UnknownObject): Record<string, string> {
  const { selector } = (object.spec ?? {}) as { selector?: unknown };
  const byLabels = selector as { matchLabels?: Record<string, string>; matchExpressions?: unknown[] } | undefined;
  if ((byLabels?.matchExpressions?.length ?? 0) > 0 && TEMPLATED.includes(resource)) {
    throw refuse("its selector has expressions, which a Service cannot have", HINT);
  }
  const plain = resource === "services" || resource === "replicationcontrollers";
  const pairs = resource === "pods" ? object.metadata?.labels : plain ? selector : byLabels?.matchLabels;
  if (pairs === undefined || pairs === null || Object.keys(pairs).length === 0) {
    throw refuse(resource === "pods" ? "it has no labels to choose it by" : "it has no selector", HINT);
  }
  return { ...(pairs as Record<string, string>) };
}

const HINT = 'Say which pods: { selector: "app=web" }.';

/** `"app=web,tier=front"` as labels. */
function pairsOf(
  refuse: Refuse,
  field: string,
  pairs: string | Readonly<Record<string, string>>,
): Record<string, string> {
  if (typeof pairs !== "string") return { ...pairs };
  return Object.fromEntries(
    parseLabelSelector(pairs).map(({ key, operator, values: [value] }) => {
      if (operator === "=" && value !== undefined) return [key, value];
      throw refuse(`${field} is "${pairs}"`, 'It takes equality alone: "app=web,tier=front".');
    }),
  );
}
