import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { Readable } from "node:stream";
import { connect as connectTls } from "node:tls";
import type { ContainerAccess } from "../model/container-access.ts";
import type { PodStreamTarget } from "../model/pod-streams.ts";
import { requestTarget } from "../model/request-target.ts";
import type { ServerRequest } from "../model/server-request.ts";
import { StatusError } from "../model/status-error.ts";
import type { Registry } from "../storage/registry.ts";
import { type ProxyPath, redirectToRoot, rewriteLocation, splitProxyPath } from "./proxy-path.ts";
import { proxiedPort, unreachable } from "./proxy-target.ts";

/** Headers that are about one connection, or log the client in here: not passed on. */
const OWN_HEADERS = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  "authorization",
]);
/** What browsers ask is answered for this server, not for what is behind it. */
const CORS_HEADERS = /^access-control-/;

interface Sent extends ProxyPath {
  readonly secure: boolean;
  /** What the program behind the port goes by: its address, and the host that the client asked for. */
  readonly hosts: readonly [string, string];
}

/** `pods/proxy` and `services/proxy`: sends the request on to a port of a pod. */
export async function proxy(
  request: ServerRequest,
  target: PodStreamTarget,
  { containers, registry }: { containers: ContainerAccess; registry: Registry },
): Promise<Response> {
  const { pod, port } = proxiedPort(target, registry);
  const redirect = redirectToRoot(request);
  if (redirect !== undefined) return redirect;
  containers.check(pod, "proxy");
  const { podIP = "127.0.0.1" } = pod.status ?? {};
  let connection: Duplex;
  try {
    connection = await containers.connect(pod, port);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    throw unreachable(`dial tcp ${podIP}:${port}: connect: connection refused`);
  }
  const { pathname, host } = requestTarget(request.url);
  const sent: Sent = {
    ...splitProxyPath(pathname),
    secure: target.scheme === "https",
    hosts: [`${podIP}:${port}`, request.headers.get("host") ?? host],
  };
  return answered(await send(request, sent, connection), sent);
}

function send(request: ServerRequest, { prefix, path, secure, hosts }: Sent, plain: Duplex): Promise<IncomingMessage> {
  const headers: Record<string, string> = { host: hosts[1], "x-forwarded-uri": `${prefix}${path}` };
  request.headers.forEach((value, name) => {
    if (!OWN_HEADERS.has(name)) headers[name] = value;
  });
  const { method, url, signal } = request;
  // Nobody knows what certificates pods have, so none is refused.
  const createConnection = (): Duplex => (secure ? connectTls({ socket: plain, rejectUnauthorized: false }) : plain);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { method, path: `${path}${requestTarget(url).search}`, headers, createConnection, signal },
      resolve,
    );
    sent.on("error", (error) => {
      plain.destroy();
      reject(unreachable(wrongScheme(error, secure) ?? error.message));
    });
    const body = request.body;
    if (body === null) sent.end();
    else
      Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
        .on("error", (error) => sent.destroy(error))
        .pipe(sent);
  });
}

/** In the words of a Go client. */
function wrongScheme({ message }: Error, secure: boolean): string | undefined {
  const isHttp = secure && /wrong version number|packet length too long|http request/.test(message);
  return isHttp ? "http: server gave HTTP response to HTTPS client" : undefined;
}

function answered(message: IncomingMessage, { prefix, hosts }: Sent): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    if (OWN_HEADERS.has(name) || CORS_HEADERS.test(name)) continue;
    for (const value of values ?? []) {
      headers.append(name, name === "location" ? rewriteLocation(value, prefix, hosts) : value);
    }
  }
  const status = message.statusCode ?? 502;
  const bodiless = status === 204 || status === 205 || status === 304;
  if (bodiless) message.resume();
  const stream = bodiless ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
  return new Response(stream, { status, headers });
}
