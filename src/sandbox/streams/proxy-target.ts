import type { PodStreamTarget } from "../model/pod-streams.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import type { Pod } from "../pods/pod.ts";
import type { Registry } from "../storage/registry.ts";

/** A port of a pod that requests are sent on to. */
export interface ProxiedPort {
  readonly pod: Pod;
  readonly port: number;
}

interface ServicePort {
  readonly name?: string;
  readonly port: number;
}

interface EndpointSlice {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  /** Null where there are none. */
  readonly endpoints?:
    | readonly {
        readonly conditions?: { readonly ready?: boolean };
        readonly targetRef?: { readonly name?: string };
      }[]
    | null;
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[] | null;
}

/** Of the names of ports, a server knows what its machine's list of services has; these stand for it. */
const KNOWN_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, domain: 53, ssh: 22, smtp: 25 };

/**
 * Where a proxied request goes. Throws what the API server answers:
 * https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/storage/storage.go (ResourceLocation)
 */
export function proxiedPort(target: PodStreamTarget, registry: Registry): ProxiedPort {
  return target.resource === "pods" ? podPort(target) : servicePort(target, registry);
}

/** A pod's ports have no names here: the server dials what the address says, which may be the name of a known service. */
function podPort({ object, scheme, port }: PodStreamTarget): ProxiedPort {
  const pod = object as Pod;
  if (port === "") {
    const first = pod.spec.containers.find(({ ports = [] }) => ports.length > 0)?.ports?.[0]?.containerPort;
    return { pod, port: first ?? (scheme === "https" ? 443 : 80) };
  }
  const number = /^\d+$/.test(port) ? Number(port) : KNOWN_PORTS[port];
  if (number === undefined) throw unreachable(`dial tcp: lookup tcp/${port}: unknown port`);
  if (number < 1 || number > 65535) throw unreachable(`dial tcp: address ${port}: invalid port`);
  return { pod, port: number };
}

/** The first ready pod behind a service's port; a port's number stands for its name, and no port for the one without. */
function servicePort({ object, scheme, port }: PodStreamTarget, registry: Registry): ProxiedPort {
  const { namespace = "", name = "" } = object.metadata;
  const { ports = [] } = object.spec as { ports?: ServicePort[] };
  const byNumber = /^\d+$/.test(port) ? ports.find((one) => one.port === Number(port)) : undefined;
  if (/^\d+$/.test(port) && byNumber === undefined) {
    throw unavailable(`no service port ${Number(port)} found for service ${JSON.stringify(name)}`);
  }
  const wanted = byNumber === undefined ? port : (byNumber.name ?? "");
  const slices = registry.list("endpointslices.discovery.k8s.io", namespace) as unknown as EndpointSlice[];
  const own = slices.filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  const used = own.filter(({ endpoints }) => (endpoints ?? []).length > 0);
  for (const { endpoints, ports: slicePorts } of used) {
    const endpoint = endpoints?.find(({ conditions }) => conditions?.ready === true);
    const slicePort = slicePorts?.find((one) => (one.name ?? "") === wanted)?.port;
    const pod = registry.get("pods", namespace, endpoint?.targetRef?.name ?? "") as Pod | undefined;
    if (pod !== undefined && slicePort !== undefined) return { pod, port: slicePort };
  }
  // A service without any endpoints is named alone, else the whole address is.
  const address = scheme !== "" ? `${scheme}:${name}:${port}` : port === "" ? name : `${name}:${port}`;
  throw unavailable(`no endpoints available for service ${JSON.stringify(used.length === 0 ? name : address)}`);
}

/** Splits `web`, `web:http`, `https:web:` and `https:web:8443`. Throws the 400 of anything else. */
export function proxiedName(text: string, resource: string): { scheme: string; name: string; port: string } {
  const parts = text.split(":");
  const [scheme = "", name = "", port = ""] = parts.length === 3 ? parts : ["", ...parts];
  if (parts.length <= 3 && name !== "" && ["", "http", "https"].includes(scheme)) return { scheme, name, port };
  throw badRequest(`invalid ${resource.replace(/s$/, "")} request ${JSON.stringify(text)}`);
}

/** The 503 of a port that is known and does not answer. */
export function unreachable(why: string): StatusError {
  return unavailable(`error trying to reach service: ${why}`);
}

function unavailable(message: string): StatusError {
  return new StatusError(503, "ServiceUnavailable", message);
}
