import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
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
import { type ProxiedPort, proxiedPort, unreachable } from "./proxy-target.ts";
import { writeRefusal } from "./refusal.ts";
import type { Upgrade } from "./upgrade.ts";

/** Headers that are about one connection, or log the client in here: not passed on. */
const OWN_HEADERS = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  "authorization",
]);
/** What browsers ask is answered for this server, not for what is behind it. */
const CORS_HEADERS = /^access-control-/;

/** What proxied requests are sent on with. */
export interface ProxyContext {
  readonly containers: ContainerAccess;
  readonly registry: Registry;
}

/** A connection to the program that is proxied, and what is asked of it there. */
interface Reached extends ProxyPath {
  readonly connection: Duplex;
  readonly secure: boolean;
  /** What the program behind the port goes by: its address, and the host that the client asked for. */
  readonly hosts: readonly [string, string];
}

/** `pods/proxy` and `services/proxy`: sends the request on to a port of a pod. */
export async function proxy(
  request: ServerRequest,
  target: PodStreamTarget,
  { containers, registry }: ProxyContext,
): Promise<Response> {
  const port = proxiedPort(target, registry);
  const redirect = redirectToRoot(request);
  if (redirect !== undefined) return redirect;
  const reached = await reach(request, target, port, containers);
  return answered(await send(request, reached), reached);
}

/** The same for a request to upgrade: once the program has agreed, the bytes of both sides pass as they are. */
export async function proxyUpgrade(
  request: ServerRequest,
  target: PodStreamTarget,
  { containers, registry }: ProxyContext,
  { message, socket, head }: Upgrade,
): Promise<void> {
  const reached = await reach(request, target, proxiedPort(target, registry), containers);
  socket.once("close", () => reached.connection.destroy());
  await new Promise<void>((resolve, reject) => {
    const upgrade = { connection: "Upgrade", upgrade: message.headers.upgrade ?? "" };
    const sent = outgoing(request, reached, upgrade, reject);
    sent.once("response", (answer) => resolve(writeRefusal(socket, answered(answer, reached))));
    sent.once("upgrade", (answer, program: Duplex, rest: Buffer) => {
      socket.write(headOf(answer));
      socket.unshift(head);
      program.unshift(rest);
      program.on("error", () => socket.destroy());
      socket.pipe(program).pipe(socket);
      resolve();
    });
    sent.end();
  });
}

/** Connects to a port of a pod. Throws what the API server answers where it cannot. */
async function reach(
  request: ServerRequest,
  { scheme }: PodStreamTarget,
  { pod, port }: ProxiedPort,
  containers: ContainerAccess,
): Promise<Reached> {
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
  const hosts = [`${podIP}:${port}`, request.headers.get("host") ?? host] as const;
  return { ...splitProxyPath(pathname), connection, secure: scheme === "https", hosts };
}

/** The request as the program gets it; `fail` is told in the API server's words why there is no answer. */
function outgoing(
  request: ServerRequest,
  { prefix, path, connection, secure, hosts }: Reached,
  more: Readonly<Record<string, string>>,
  fail: (error: StatusError) => void,
): ClientRequest {
  const headers: Record<string, string> = { host: hosts[1], "x-forwarded-uri": `${prefix}${path}`, ...more };
  request.headers.forEach((value, name) => {
    if (!OWN_HEADERS.has(name)) headers[name] = value;
  });
  const { method, url, signal } = request;
  const sent = httpRequest({
    method,
    path: `${path}${requestTarget(url).search}`,
    headers,
    signal,
    // Nobody knows what certificates pods have, so none is refused.
    createConnection: () => (secure ? connectTls({ socket: connection, rejectUnauthorized: false }) : connection),
  });
  return sent.on("error", (error) => {
    connection.destroy();
    fail(unreachable(wrongScheme(error, secure) ?? error.message));
  });
}

function send(request: ServerRequest, reached: Reached): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = outgoing(request, reached, {}, reject).once("response", resolve);
    const { body } = request;
    if (body === null) sent.end();
    else
      Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0])
        .on("error", (error) => sent.destroy(error))
        .pipe(sent);
  });
}

/** The head of the answer by which a program leaves HTTP. */
function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, "", ""].join("\r\n");
}

/** In the words of a Go client. */
function wrongScheme({ message }: Error, secure: boolean): string | undefined {
  const isHttp = secure && /wrong version number|packet length too long|http request/.test(message);
  return isHttp ? "http: server gave HTTP response to HTTPS client" : undefined;
}

function answered(message: IncomingMessage, { prefix, hosts }: Reached): Response {
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
