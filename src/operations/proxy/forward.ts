import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { ApiRequest } from "../../core/request.ts";
import { isKubescriptError } from "../../errors.ts";
import type { StreamResponse, Transport } from "../../transport/transport.ts";
import { hasBody, headersToClient, headersToServer } from "./headers.ts";
import type { Route } from "./routes.ts";

type ApiRoute = Extract<Route, { type: "api" }>;

/** Sends a client's request to the server and its answer back, each at the pace of its reader. */
export async function forward(
  transport: Transport,
  route: ApiRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const ending = new AbortController();
  response.once("close", () => ending.abort());
  const { signal } = ending;
  let answer: StreamResponse;
  try {
    const body = hasBody(request) ? { body: request } : {};
    const forwarded = { ...addressOf(request, route), headers: headersToServer(request), ...body };
    answer = await transport.stream(forwarded, { signal });
  } catch (error) {
    if (signal.aborted) return;
    const { status, text } = explained(error);
    sendText(response, status, text);
    return;
  }
  response.sendDate = false;
  response.writeHead(answer.status, headersToClient(answer.headers));
  // Of a watch the client must learn that it was accepted before anything happens.
  response.flushHeaders();
  // What ends the one side early ends the other; an answer that is cut off must not look whole.
  await pipeline(answer.body, response).catch(() => response.destroy());
}

/** The method, path and query of a request, as they go on. */
export function addressOf(
  request: IncomingMessage,
  { path, query }: ApiRoute,
): Pick<ApiRequest, "method" | "path" | "query" | "rawQuery"> {
  const parameters: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) parameters[name] = [...(parameters[name] ?? []), value];
  return { method: request.method ?? "GET", path, query: parameters, ...(query === "" ? {} : { rawQuery: query }) };
}

/** An answer for a server that gave none. */
export function explained(error: unknown): { status: number; text: string } {
  if (!isKubescriptError(error)) return { status: 502, text: String(error) };
  const text = error.hint === undefined ? error.message : `${error.message}\n${error.hint}`;
  return { status: error.code === "INVALID_INPUT" ? 400 : 502, text };
}

/** Answers in plain text, as Go's `http.Error` does. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "x-content-type-options": "nosniff",
    "content-length": Buffer.byteLength(body),
  });
  response.end(body);
}
