import { isIPv6, type Socket } from "node:net";
import { ConnectionError } from "../errors.ts";
import type { HostPort } from "./dial.ts";
import { readAnswer } from "./socket-reader.ts";

/** A proxy's answer to CONNECT is a few headers; a longer one is no proxy. */
const MAX_ANSWER = 64 * 1024;

/** Asks an HTTP proxy for a tunnel; resolves with the same socket. Throws ConnectionError `PROXY` when refused. */
export async function httpConnect(socket: Socket, proxy: URL, target: HostPort, signal: AbortSignal): Promise<Socket> {
  const authority = `${isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`;
  const lines = [`CONNECT ${authority} HTTP/1.1`, `Host: ${authority}`];
  const authorization = proxyAuthorization(proxy);
  if (authorization !== undefined) lines.push(`Proxy-Authorization: ${authorization}`);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const answer = await readAnswer(socket, endOfHeaders, signal);
  const [, status, reason] = /^HTTP\/1\.\d (\d{3})(?: ([^\r\n]*))?/.exec(answer.toString("latin1")) ?? [];
  if (status?.startsWith("2")) return socket;
  socket.destroy();
  const said = status === undefined ? "an answer that is not HTTP" : `${status} ${reason ?? ""}`.trim();
  throw new ConnectionError("PROXY", `Cannot reach ${authority} through the proxy ${proxy.host}: it answered ${said}`, {
    hint:
      status === "407"
        ? "The proxy wants a user and password: put them into the proxy's URL."
        : "Check proxy-url, or HTTPS_PROXY and NO_PROXY, and whether the proxy may reach the server.",
  });
}

/** The Basic header for the user and password of a proxy's URL; undefined when it has none. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === "") return undefined;
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

function endOfHeaders(received: Buffer): number | undefined {
  const end = received.indexOf("\r\n\r\n");
  if (end >= 0) return end + 4;
  if (received.length > MAX_ANSWER) throw new ConnectionError("PROXY", "The proxy's answer to CONNECT never ends");
  return undefined;
}
