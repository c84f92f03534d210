import { isIPv4, isIPv6, type Socket } from "node:net";
import { ConnectionError } from "../errors.ts";
import type { HostPort } from "./dial.ts";
import { readAnswer } from "./socket-reader.ts";

const VERSION = 5;
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
const CONNECT = 1;
const IPV4 = 1;
const DOMAIN = 3;
const IPV6 = 4;

/** Meanings of a reply's second byte. https://www.rfc-editor.org/rfc/rfc1928#section-6 */
const REPLIES: readonly string[] = [
  "succeeded",
  "general failure",
  "not allowed by its rules",
  "network unreachable",
  "host unreachable",
  "connection refused",
  "time to live expired",
  "command not supported",
  "address type not supported",
];

/**
 * Asks a SOCKS5 proxy for a connection; names are resolved by the proxy. Resolves with the same socket.
 * Throws ConnectionError `PROXY` when refused.
 */
export async function socks5Connect(
  socket: Socket,
  proxy: URL,
  target: HostPort,
  signal: AbortSignal,
): Promise<Socket> {
  const refuse = (reason: string, hint: string): ConnectionError => {
    socket.destroy();
    const message = `Cannot reach ${target.host}:${target.port} through the proxy ${proxy.host}: ${reason}`;
    return new ConnectionError("PROXY", message, { hint });
  };
  const exactly = (length: number) => (received: Buffer) => (received.length >= length ? length : undefined);

  const methods = proxy.username === "" ? [NO_AUTHENTICATION] : [NO_AUTHENTICATION, USER_AND_PASSWORD];
  socket.write(Buffer.from([VERSION, methods.length, ...methods]));
  const [version, method] = await readAnswer(socket, exactly(2), signal);
  if (version !== VERSION) throw refuse("it does not speak SOCKS5", "Check the scheme of the proxy's URL.");
  if (method === USER_AND_PASSWORD) {
    socket.write(userAndPassword(proxy));
    const [, status] = await readAnswer(socket, exactly(2), signal);
    if (status !== 0) throw refuse("it refused user and password", "Correct them in the proxy's URL.");
  } else if (method !== NO_AUTHENTICATION) {
    throw refuse("it wants another way to log in", "Put user and password into the proxy's URL.");
  }

  socket.write(Buffer.concat([Buffer.from([VERSION, CONNECT, 0]), address(target)]));
  const reply = await readAnswer(socket, replyLength, signal);
  const code = reply[1] ?? 1;
  if (code !== 0) {
    throw refuse(REPLIES[code] ?? `reply ${code}`, "Check whether the proxy may and can reach the server.");
  }
  return socket;
}

/** https://www.rfc-editor.org/rfc/rfc1929 */
function userAndPassword(proxy: URL): Buffer {
  const user = Buffer.from(decodeURIComponent(proxy.username)).subarray(0, 255);
  const password = Buffer.from(decodeURIComponent(proxy.password)).subarray(0, 255);
  return Buffer.concat([Buffer.from([1, user.length]), user, Buffer.from([password.length]), password]);
}

function address({ host, port }: HostPort): Buffer {
  const portBytes = Buffer.from([port >> 8, port & 0xff]);
  if (isIPv4(host)) return Buffer.concat([Buffer.from([IPV4, ...host.split(".").map(Number)]), portBytes]);
  if (isIPv6(host)) return Buffer.concat([Buffer.from([IPV6]), ipv6Bytes(host), portBytes]);
  const name = Buffer.from(host);
  return Buffer.concat([Buffer.from([DOMAIN, name.length]), name, portBytes]);
}

function ipv6Bytes(host: string): Buffer {
  // The URL parser writes an embedded IPv4 address as two groups.
  const groups = (half: string): number[] =>
    half === "" ? [] : half.split(":").map((group) => Number.parseInt(group, 16));
  const [head = "", tail] = new URL(`http://[${host}]`).hostname.slice(1, -1).split("::");
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const all = [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}

function replyLength(received: Buffer): number | undefined {
  const type = received[3];
  if (type === undefined) return undefined;
  const addressLength = type === IPV4 ? 4 : type === IPV6 ? 16 : 1 + (received[4] ?? 255);
  const length = 4 + addressLength + 2;
  return received.length >= length ? length : undefined;
}
