import net from "node:net";
import tls from "node:tls";
import type { Connection } from "../config/connection.ts";
import { ConnectionError } from "../errors.ts";
import { httpConnect } from "./proxy-http.ts";
import { socks5Connect } from "./proxy-socks5.ts";

/** How sockets to a server are made. */
export interface DialOptions {
  /** How long TCP, proxy and TLS may take together. Default 30 s. */
  readonly connectTimeoutMs?: number;
  /** Idle time after which the kernel probes a silent peer. Default 30 s. */
  readonly keepAliveMs?: number;
}

/** One socket to the server, through the proxy when there is one, its TLS handshake done. */
export type Dial = (signal?: AbortSignal) => Promise<net.Socket>;

/** A host and a port, IPv6 addresses without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** The host and port of a URL. */
export function hostPort(url: URL, defaultPort?: number): HostPort {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? (defaultPort ?? (url.protocol === "https:" ? 443 : 80)) : Number(url.port);
  return { host, port };
}

/**
 * Makes the dialer of one connection and one client certificate: the one place that knows TCP, proxies and TLS, for
 * requests and WebSockets alike.
 */
export function createDialer(
  connection: Pick<Connection, "server" | "tls" | "proxyUrl">,
  certificate: { readonly certificate: string; readonly key: string } | undefined,
  options: DialOptions = {},
): Dial {
  const server = new URL(connection.server);
  const target = hostPort(server);
  const proxy = connection.proxyUrl === undefined ? undefined : new URL(connection.proxyUrl);
  const keepAliveMs = options.keepAliveMs ?? 30_000;
  const timeoutMs = options.connectTimeoutMs ?? 30_000;
  const secure = server.protocol === "https:" ? secureOptions(connection, target.host, certificate) : undefined;
  let session: Buffer | undefined;

  return async (signal) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const until = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    try {
      let socket = proxy === undefined ? await connectTcp(target, until) : await connectProxy(proxy, until);
      socket.setKeepAlive(true, keepAliveMs);
      socket.setNoDelay(true);
      if (proxy !== undefined) socket = await throughProxy(socket, proxy, target, until);
      if (secure === undefined) return socket;
      const secured = await connectTls({ ...secure, socket, ...(session === undefined ? {} : { session }) }, until);
      secured.on("session", (ticket: Buffer) => {
        session = ticket;
      });
      return secured;
    } catch (cause) {
      if (limit.aborted && !signal?.aborted) {
        throw new ConnectionError(
          "HOST_UNREACHABLE",
          `Cannot connect to ${server.origin}: no answer in ${timeoutMs / 1000} s`,
          {
            cause,
            hint: "Check the network, a VPN or firewall on the way, and the server's address.",
            retryable: true,
          },
        );
      }
      throw cause;
    }
  };
}

async function connectProxy(proxy: URL, signal: AbortSignal): Promise<net.Socket> {
  try {
    return await connectTcp(hostPort(proxy, proxyPort(proxy)), signal);
  } catch (cause) {
    if (signal.aborted) throw cause;
    const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new ConnectionError("PROXY", `Cannot reach the proxy ${proxy.host}${code}`, {
      cause,
      hint: "Check proxy-url, or HTTPS_PROXY and NO_PROXY, and whether the proxy runs.",
      retryable: true,
    });
  }
}

function proxyPort(proxy: URL): number {
  return proxy.protocol === "https:" ? 443 : proxy.protocol === "socks5:" ? 1080 : 80;
}

async function throughProxy(
  socket: net.Socket,
  proxy: URL,
  target: HostPort,
  signal: AbortSignal,
): Promise<net.Socket> {
  if (proxy.protocol === "socks5:") return socks5Connect(socket, proxy, target, signal);
  if (proxy.protocol !== "https:") return httpConnect(socket, proxy, target, signal);
  const { host } = hostPort(proxy);
  const secured = await connectTls({ socket, host, ...(net.isIP(host) ? {} : { servername: host }) }, signal);
  return httpConnect(secured, proxy, target, signal);
}

/** TLS options that hold for every socket of the connection; the context is built once. */
function secureOptions(
  connection: Pick<Connection, "tls">,
  host: string,
  certificate: { readonly certificate: string; readonly key: string } | undefined,
): tls.ConnectionOptions {
  const { ca, insecureSkipVerify } = connection.tls;
  const name = connection.tls.serverName ?? host;
  return {
    host: name,
    // An address is not allowed as SNI; the certificate is still checked against it.
    ...(net.isIP(name) ? {} : { servername: name }),
    rejectUnauthorized: !insecureSkipVerify,
    ALPNProtocols: ["http/1.1"],
    secureContext: tls.createSecureContext({
      ...(ca === undefined ? systemAuthorities() : { ca }),
      ...(certificate === undefined ? {} : { cert: certificate.certificate, key: certificate.key }),
    }),
  };
}

/** Bundled authorities with the system's, where the runtime can tell them (Node 22.15, 24 and on). */
function systemAuthorities(): { ca?: string[] } {
  const { getCACertificates } = tls as { getCACertificates?: (type: "default" | "system") => string[] };
  if (getCACertificates === undefined) return {};
  return { ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])] };
}

function connectTcp(target: HostPort, signal: AbortSignal): Promise<net.Socket> {
  return settled(() => net.connect({ host: target.host, port: target.port }), "connect", signal);
}

function connectTls(options: tls.ConnectionOptions, signal: AbortSignal): Promise<tls.TLSSocket> {
  return settled(() => tls.connect(options), "secureConnect", signal);
}

/** Resolves with the socket once it emits the event; destroys it when the signal or an error comes first. */
function settled<S extends net.Socket>(make: () => S, event: string, signal: AbortSignal): Promise<S> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = make();
    const finish = (): void => {
      signal.removeEventListener("abort", onAbort);
      socket.off("error", onError);
      socket.off("close", onClose);
      socket.off(event, onReady);
    };
    const fail = (error: unknown): void => {
      finish();
      socket.on("error", () => {});
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => fail(signal.reason);
    const onError = (error: Error): void => fail(error);
    const onClose = (): void =>
      fail(Object.assign(new Error("socket closed while connecting"), { code: "ECONNRESET" }));
    const onReady = (): void => {
      finish();
      resolve(socket);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", onError);
    socket.once("close", onClose);
    socket.once(event, onReady);
  });
}
