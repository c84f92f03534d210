import http from "node:http";
import type { Duplex } from "node:stream";
import { abortError } from "../core/abort.ts";
import { requestTarget } from "../core/request.ts";
import type { Dial } from "./dial.ts";
import type { UpgradeRequest, UpgradeResponse } from "./transport.ts";

/** What surrounds a connection that is being upgraded. */
export interface UpgradeContext {
  /** Ends the request, and the connection that came of it. */
  readonly signal: AbortSignal;
  /** Turns a low-level failure into an error of the family. */
  readonly failure: (error: unknown) => Error;
}

/** Sends a request over one dialed socket and gives the socket away once the server has answered 101. */
export async function requestUpgrade(
  server: string,
  request: UpgradeRequest,
  dial: Dial,
  { signal, failure }: UpgradeContext,
): Promise<UpgradeResponse> {
  const { host, pathname } = new URL(server);
  const socket = await dial(signal);
  if (signal.aborted) {
    socket.destroy();
    throw signal.reason;
  }
  const { keepAliveMs } = request;
  if (keepAliveMs !== undefined) socket.setKeepAlive(keepAliveMs > 0, keepAliveMs);
  const outgoing = http.request({
    createConnection: () => socket,
    method: request.method,
    path: `${pathname === "/" ? "" : pathname}${requestTarget(request)}`,
    headers: { ...request.headers, host } as Record<string, string | string[]>,
  });
  const onAbort = (): void => void socket.destroy(abortError(signal));
  signal.addEventListener("abort", onAbort, { once: true });
  // Whoever reads is told; where no one does, an abort must not bring the process down.
  socket.on("error", () => {});
  socket.once("close", () => signal.removeEventListener("abort", onAbort));
  return new Promise((resolve, reject) => {
    outgoing.on("error", (error) => reject(signal.aborted ? signal.reason : error));
    outgoing.once("upgrade", (answer, connection: Duplex, head) => {
      if (head.length > 0) connection.unshift(head);
      resolve({ type: "upgraded", status: answer.statusCode ?? 0, headers: headersOf(answer), connection });
    });
    outgoing.once("response", (answer) => {
      const body = guarded(answer, failure);
      resolve({ type: "refused", status: answer.statusCode ?? 0, headers: headersOf(answer), body });
    });
    outgoing.end();
  });
}

/** Repeated headers stay apart. */
function headersOf({ headersDistinct }: http.IncomingMessage): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => {
      const [first = ""] = values;
      return [name, values.length > 1 ? values : first];
    }),
  );
}

async function* guarded(
  body: AsyncIterable<Uint8Array>,
  failure: (error: unknown) => Error,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw failure(error);
  }
}
