import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Readable } from "node:stream";
import type { ContainerAccess } from "../model/container-access.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { badRequest, StatusError } from "../model/status-error.ts";
import type { Pod } from "../pods/pod.ts";
import type { Registry } from "../storage/registry.ts";

/** Headers that are about one connection, or log the client in here: not passed on. */
const OWN_HEADERS = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  ...["authorization", "host", "content-length"],
]);

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: number | string;
}

/** `pods/proxy` and `services/proxy`: sends the request on to a port of a pod, in plain HTTP. */
export async function proxy(
  request: ServerRequest,
  target: PodStreamTarget,
  body: Uint8Array,
  { containers, registry }: { containers: ContainerAccess; registry: Registry },
): Promise<Response> {
  const { pod, port } = target.resource === "pods" ? podPort(target) : servicePort(target, registry);
  containers.check(pod, "proxy");
  if (target.scheme === "https") throw badRequest("requests are proxied in plain HTTP only");
  let connection: Duplex;
  try {
    connection = await containers.connect(pod, port);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const { podIP = "127.0.0.1" } = pod.status ?? {};
    const why = `error trying to reach service: dial tcp ${podIP}:${port}: connect: connection refused`;
    throw new StatusError(503, "ServiceUnavailable", why);
  }
  return answered(await send(request, target, body, connection));
}

function podPort({ object, port }: PodStreamTarget): { pod: Pod; port: number } {
  const pod = object as Pod;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  if (port === "") return { pod, port: ports[0]?.containerPort ?? 80 };
  const named = ports.find(({ name }) => name === port)?.containerPort ?? Number(port);
  if (!Number.isInteger(named) || named < 1) throw badRequest(`pod has no port ${JSON.stringify(port)}`);
  return { pod, port: named };
}

/** The first ready pod behind a service, and where its port leads there. */
function servicePort({ object, port }: PodStreamTarget, registry: Registry): { pod: Pod; port: number } {
  const { namespace = "", name = "" } = object.metadata;
  const spec = object.spec as { ports?: ServicePort[]; selector?: Record<string, string> };
  const ports = spec.ports ?? [];
  const wanted = port === "" ? ports[0] : ports.find((one) => one.name === port || String(one.port) === port);
  const slices = registry.list("endpointslices.discovery.k8s.io", namespace) as unknown as EndpointSlice[];
  const own = slices.filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  for (const { endpoints = [], ports: slicePorts = [] } of own) {
    const endpoint = endpoints.find(({ conditions }) => conditions?.ready === true);
    const slicePort = slicePorts.find((one) => (one.name ?? "") === (wanted?.name ?? ""))?.port;
    const pod = registry.get("pods", namespace, endpoint?.targetRef?.name ?? "") as Pod | undefined;
    if (pod !== undefined && slicePort !== undefined && wanted !== undefined) return { pod, port: slicePort };
  }
  throw new StatusError(503, "ServiceUnavailable", `no endpoints available for service ${JSON.stringify(name)}`);
}

interface EndpointSlice {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly endpoints?: readonly {
    readonly conditions?: { readonly ready?: boolean };
    readonly targetRef?: { readonly name?: string };
  }[];
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
}

function send(
  request: ServerRequest,
  { path }: PodStreamTarget,
  body: Uint8Array,
  connection: Duplex,
): Promise<IncomingMessage> {
  const headers: Record<string, string> = {};
  request.headers.forEach((value, name) => {
    if (!OWN_HEADERS.has(name)) headers[name] = value;
  });
  const { method, url, signal } = request;
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        method,
        path: `${path}${new URL(url).search}`,
        headers: { ...headers, host: "localhost", ...(body.length === 0 ? {} : { "content-length": body.length }) },
        createConnection: () => connection,
        signal,
      },
      resolve,
    );
    sent.on("error", (error) => {
      const why = `error trying to reach service: ${error.message}`;
      reject(new StatusError(503, "ServiceUnavailable", why));
    });
    sent.end(body);
  });
}

function answered(message: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (OWN_HEADERS.has(name) && name !== "content-length") continue;
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = message.statusCode ?? 502;
  const bodiless = status === 204 || status === 205 || status === 304;
  if (bodiless) message.resume();
  const stream = bodiless ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
  return new Response(stream, { status, headers });
}
