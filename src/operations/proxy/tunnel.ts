import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Transport, UpgradeResponse } from "../../transport/transport.ts";
import { addressOf, explained } from "./forward.ts";
import { headersToClient, type ProxiedHeaders, upgradeHeaders } from "./headers.ts";
import type { Route } from "./routes.ts";

/**
 * Passes a request to upgrade on, and then the bytes of both sides, whatever their protocol is. `socket` is the
 * client's, with what it has sent already put back.
 */
export async function tunnel(
  transport: Transport,
  route: Extract<Route, { type: "api" }>,
  request: IncomingMessage,
  socket: Duplex,
  keepAliveMs: number | undefined,
): Promise<void> {
  // Ends the request, and the connection that comes of it.
  const ending = new AbortController();
  socket.once("close", () => ending.abort());
  let answer: UpgradeResponse;
  try {
    const upgrade = { ...addressOf(request, route), headers: upgradeHeaders(request), keepAliveMs };
    answer = await transport.upgrade(upgrade, { signal: ending.signal });
  } catch (error) {
    const { status, text } = explained(error);
    refuseUpgrade(socket, status, text);
    return;
  }
  if (answer.type === "refused") {
    // Its end is the connection's, which holds for every length and coding.
    const { "content-length": _, ...headers } = headersToClient(answer.headers);
    socket.write(head(answer.status, { ...headers, connection: "close" }));
    await pipeline(answer.body, socket).catch(() => {});
    return;
  }
  const { connection, headers } = answer;
  const { upgrade = request.headers.upgrade ?? "" } = headers;
  socket.write(head(answer.status, { ...headersToClient(headers), connection: "Upgrade", upgrade }));
  connection.once("close", () => {
    // What it had sent to its end is written first, at the client's pace.
    if (!connection.readableEnded || socket.writableFinished) socket.destroy();
    else socket.once("finish", () => socket.destroy());
  });
  // One side may have said all that it will while the other still speaks.
  socket.pipe(connection).pipe(socket);
}

/** Answers a request to upgrade with plain text, and closes. */
export function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  const body = `${text}\n`;
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-length": String(Buffer.byteLength(body)),
    connection: "close",
  };
  socket.end(`${head(status, headers)}${body}`);
}

function head(status: number, headers: ProxiedHeaders): string {
  const lines = Object.entries(headers).flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one}`));
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`, ...lines, "", ""].join("\r\n");
}
