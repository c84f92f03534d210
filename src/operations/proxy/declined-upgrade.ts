import type { IncomingMessage } from "node:http";

/** Other ways to speak HTTP, which are between a client and whom it is connected to. */
const HTTP_ITSELF = /^(?:h2c|HTTP\/\S+|TLS\/\S+)$/i;

/**
 * Whether a request asks for nothing but another HTTP, as `curl --http2` and Java's client do with each of theirs. A server
 * may go on as if it had not been asked: https://datatracker.ietf.org/doc/html/rfc9110#section-7.8
 */
export function asksForHttp({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return (headers.upgrade ?? "").split(",").every((protocol) => HTTP_ITSELF.test(protocol.trim()));
}

/** The head of a request as it was sent, without the wish for an upgrade. */
export function plainHead({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const lines: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? "";
    const value = rawHeaders[at + 1] ?? "";
    if (isWish(name)) continue;
    lines.push(`${name}: ${/^connection$/i.test(name) ? withoutWish(value) : value}`);
  }
  return Buffer.from([`${method} ${url} HTTP/${httpVersion}`, ...lines, "", ""].join("\r\n"), "latin1");
}

function withoutWish(connection: string): string {
  const options = connection.split(",").map((one) => one.trim());
  return options.filter((one) => !isWish(one)).join(", ");
}

function isWish(name: string): boolean {
  return /^(?:upgrade|http2-settings)$/i.test(name);
}
