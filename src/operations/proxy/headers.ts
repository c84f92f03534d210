/** https://pkg.go.dev/net/http/httputil#ReverseProxy */
import type { IncomingMessage } from "node:http";
import type { StreamResponse } from "../../transport/transport.ts";

/** What is about one connection alone (https://datatracker.ietf.org/doc/html/rfc9110#section-7.6.1). */
const HOP_BY_HOP = [
  "connection",
  "proxy-connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

export type ProxiedHeaders = Record<string, string | string[]>;

/** A client's headers as the server gets them: everything but what is about the client's connection to the proxy. */
export function headersToServer(request: IncomingMessage): ProxiedHeaders {
  const { headersDistinct: given, headers, method, socket } = request;
  const left = new Set([...HOP_BY_HOP, ...namedIn(headers.connection), "host", "expect"]);
  if (!hasBody(request)) left.add("content-length");
  const kept: ProxiedHeaders = {};
  for (const [name, values = []] of Object.entries(given)) {
    const [first = ""] = values;
    if (!left.has(name)) kept[name] = values.length > 1 ? values : first;
  }
  // A part of a compressed answer cannot be decoded, nor can none of it.
  if (method === "HEAD" || headers.range !== undefined) kept["accept-encoding"] = "identity";
  const { remoteAddress } = socket;
  if (remoteAddress !== undefined) {
    kept["x-forwarded-for"] = [...(given["x-forwarded-for"] ?? []), remoteAddress].join(", ");
  }
  return kept;
}

/** The same for a request that asks for an upgrade. */
export function upgradeHeaders(request: IncomingMessage): ProxiedHeaders {
  return { ...headersToServer(request), connection: "Upgrade", upgrade: request.headers.upgrade ?? "" };
}

/** A server's headers as the client gets them. */
export function headersToClient(headers: StreamResponse["headers"]): ProxiedHeaders {
  const left = new Set([...HOP_BY_HOP, ...namedIn(headers.connection)]);
  const kept: ProxiedHeaders = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !left.has(name)) kept[name] = value;
  }
  return kept;
}

/** Whether a body follows a request's head. */
export function hasBody({ headers }: Pick<IncomingMessage, "headers">): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

function namedIn(connection: string | string[] | undefined): string[] {
  return [connection ?? []]
    .flat()
    .flatMap((value) => value.split(","))
    .map((name) => name.trim().toLowerCase());
}
