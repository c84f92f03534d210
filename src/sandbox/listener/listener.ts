import { setMaxListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { KubescriptError, UsageError } from "../../errors.ts";
import { DroppedConnection } from "../faults/dropped-connection.ts";
import type { Peer } from "../model/peer.ts";
import type { ServerRequest } from "../model/server-request.ts";
import type { CertificatePair } from "./certificate.ts";
import { MessageRequest } from "./message-request.ts";
import { peerOf } from "./peer-certificate.ts";
import { writeResponse } from "./write-response.ts";

/** Answers a request; what it throws becomes a 500. */
export type Handle = (request: ServerRequest, peer?: Peer) => Response | Promise<Response>;

/** Takes over a connection whose client asked for another protocol. Owns the socket from then on. */
export type HandleUpgrade = (
  request: ServerRequest,
  peer: Peer,
  socket: Duplex,
  head: Buffer,
  message: IncomingMessage,
) => void;

export interface ListenerOptions extends ListenerCertificates {
  readonly handle: Handle;
  /** Without it every upgrade is refused with a Status that says so. */
  readonly handleUpgrade?: HandleUpgrade | undefined;
  /** Address to listen on. Default `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
}

/** What a listener shows clients, and whose clients it knows. */
export interface ListenerCertificates {
  readonly certificate: CertificatePair;
  /** PEM of the authority whose client certificates log in. */
  readonly clientAuthority: string;
}

export interface Listener {
  /** `https://127.0.0.1:43210` */
  readonly url: string;
  readonly port: number;
  /** Cuts every connection, listens on the same port again after `downMs`, and resolves then. */
  restart(downMs: number): Promise<void>;
  /** Serves with other certificates from now on, and cuts the connections made under the old ones. */
  replaceCertificates(certificates: ListenerCertificates): void;
  /**
   * Takes no more connections, ends streamed answers (watches, followed logs) after what they have sent, lets short
   * requests finish, and cuts what is left after `graceMs` (default 2000).
   */
  close(graceMs?: number): Promise<void>;
}

/** Idle connections are kept so long; clients that pool them see no sudden resets. */
const KEEP_ALIVE_MS = 120_000;
/** A request's line and headers, which hold the whole command of an exec: Go's limit. */
const MAX_HEAD_BYTES = 1024 * 1024;
const DEFAULT_GRACE_MS = 2000;

/** Serves `handle` over TLS. Rejects when the address cannot be listened on. */
export async function startListener(options: ListenerOptions): Promise<Listener> {
  const { host = "127.0.0.1", handleUpgrade } = options;
  const closing = new AbortController();
  // Every answer under way listens to it.
  setMaxListeners(0, closing.signal);
  const upgraded = new Set<Duplex>();
  const server = createServer({
    ...secureContext(options),
    requestCert: true,
    // A bad certificate is answered with 401, as the API does, instead of a broken handshake.
    rejectUnauthorized: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEAD_BYTES,
  });
  server.on("secureConnection", readThroughStream);
  server.on("request", (message, response) => {
    void answer(options.handle, message, response, closing.signal).then(() => {
      // A connection that becomes idle while the server closes would be kept for its next request.
      if (closing.signal.aborted) setImmediate(() => server.closeIdleConnections());
    });
  });
  server.on("upgrade", (message, socket, head) => {
    upgraded.add(socket);
    socket.on("close", () => upgraded.delete(socket));
    socket.on("error", () => socket.destroy());
    if (handleUpgrade === undefined) refuseUpgrade(socket);
    else upgrade(handleUpgrade, message, socket, head);
  });
  await listen(server, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://${urlHost(host)}:${port}`,
    port,
    async restart(downMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut(server, upgraded);
      await closed;
      if (downMs > 0) await delay(downMs);
      if (!closing.signal.aborted) await listen(server, host, port);
    },
    replaceCertificates(certificates) {
      server.setSecureContext(secureContext(certificates));
      cut(server, upgraded);
    },
    close: (graceMs = DEFAULT_GRACE_MS) => close(server, closing, upgraded, graceMs),
  };
}

function secureContext({ certificate, clientAuthority }: ListenerCertificates): SecureContextOptions {
  return { key: certificate.key, cert: certificate.certificate, ca: clientAuthority, minVersion: "TLSv1.2" };
}

/**
 * Has a connection's bytes reach the HTTP parser through the socket's stream, which a listener does once and for all. Node
 * otherwise hands them over below it, and there a socket that was paused because many pipelined answers wait still
 * delivers the TLS records that it had received: the paused parser then fails with HPE_PAUSED and cuts the connection.
 */
function readThroughStream(socket: TLSSocket): void {
  const listener = (): void => {};
  socket.on("data", listener);
  socket.off("data", listener);
}

/** Ends every connection in the middle of whatever it carries. */
function cut(server: Server, upgraded: ReadonlySet<Duplex>): void {
  for (const socket of upgraded) socket.destroy();
  server.closeAllConnections();
}

async function answer(
  handle: Handle,
  message: IncomingMessage,
  target: ServerResponse,
  closing: AbortSignal,
): Promise<void> {
  try {
    if (closing.aborted) target.setHeader("connection", "close");
    const response = await respond(handle, message, target);
    // What remains of a body that was refused is not read: the connection ends with the answer.
    if (response.status === 413) target.setHeader("connection", "close");
    await writeResponse(response, target, closing);
  } catch {
    // The answer broke in the middle; a cut connection is the only way left to say so.
    target.destroy();
  }
}

async function respond(handle: Handle, message: IncomingMessage, target: ServerResponse): Promise<Response> {
  let request: ServerRequest;
  try {
    request = new MessageRequest(message, () => abortedWhenGone(target));
  } catch {
    return status(400, "BadRequest", "the request's URL cannot be read");
  }
  try {
    return await handle(request, peerOf(message.socket as TLSSocket));
  } catch (error) {
    if (error instanceof DroppedConnection) throw error;
    return status(500, "InternalError", `Internal error occurred: ${error instanceof Error ? error.message : error}`);
  }
}

/** The client has gone before it had its answer. */
function abortedWhenGone(target: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const end = (): void => {
    if (!target.writableFinished) gone.abort();
  };
  if (target.closed) end();
  target.on("close", end);
  return gone.signal;
}

function status(code: number, reason: string, message: string): Response {
  return Response.json(
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code },
    { status: code },
  );
}

function upgrade(handleUpgrade: HandleUpgrade, message: IncomingMessage, socket: Duplex, head: Buffer): void {
  let request: ServerRequest;
  try {
    request = new MessageRequest(message, () => new AbortController().signal);
  } catch {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
    return;
  }
  handleUpgrade(request, peerOf(message.socket as TLSSocket), socket, head, message);
}

function refuseUpgrade(socket: Duplex): void {
  const body = JSON.stringify({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: "this server does not upgrade connections: exec, attach and port-forward are not available",
    reason: "NotImplemented",
    code: 501,
  });
  const head = [
    "HTTP/1.1 501 Not Implemented",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => reject(listenError(host, port, cause)));
    server.listen({ host, port }, resolve);
  });
}

function listenError(host: string, port: number, cause: NodeJS.ErrnoException): KubescriptError {
  const what = `Cannot listen on ${urlHost(host)}:${port}`;
  switch (cause.code) {
    case "EADDRINUSE":
      return new UsageError("USAGE", `${what}: the port is in use`, {
        cause,
        hint: "Choose another port, or 0 for any that is free.",
      });
    case "EACCES":
      return new UsageError("USAGE", `${what}: the port needs more rights than this process has`, {
        cause,
        hint: "Choose a port above 1023, or 0 for any that is free.",
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new UsageError("USAGE", `${what}: this machine has no such address`, {
        cause,
        hint: "Use 127.0.0.1 or an address of this machine.",
      });
    default:
      return new KubescriptError("USAGE", `${what}: ${cause.message}`, { cause });
  }
}

/** An address as it stands in a URL; one that means every interface is reached by loopback. */
function urlHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

async function close(
  server: Server,
  closing: AbortController,
  upgraded: ReadonlySet<Duplex>,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  closing.abort();
  for (const socket of upgraded) socket.destroy();
  server.closeIdleConnections();
  const deadline = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(deadline);
}
