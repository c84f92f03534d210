import { forMany, throwIfAborted, unlessAborted } from "../core/abort.ts";
import { type ApiRequest, requestTarget } from "../core/request.ts";
import { ConnectionError } from "../errors.ts";
import { networkError } from "./network-error.ts";
import type { ApiResponse, CallOptions, StreamResponse, Transport } from "./transport.ts";

/** A server as a function. */
export type Handler = (request: Request) => Response | Promise<Response>;

/** How requests reach a {@link Handler}. */
export interface HandlerTransportOptions {
  /** Stands before every path, a prefix included. Default `http://localhost`. */
  readonly server?: string;
}

/**
 * A transport to a handler in the same process, without a socket. WebSockets are refused. What the handler throws, or
 * a body breaks off with, is a lost connection.
 */
export function handlerTransport(handler: Handler, options: HandlerTransportOptions = {}): Transport {
  const server = options.server ?? "http://localhost";
  const closing = new AbortController();

  async function call(request: ApiRequest, { signal }: CallOptions): Promise<Response> {
    const until = signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
    try {
      throwIfAborted(until);
      return await unlessAborted(handler(toRequest(`${server}${requestTarget(request)}`, request, until)), until);
    } catch (error) {
      throw failure(error, request, until);
    }
  }

  function failure(error: unknown, request: ApiRequest, signal: AbortSignal | undefined): Error {
    return networkError(error, request, { server, user: "", tls: { insecureSkipVerify: false } }, signal);
  }

  /** What a body is read with; its failures are told as those of a connection. */
  async function reading<R>(request: ApiRequest, { signal }: CallOptions, read: () => Promise<R>): Promise<R> {
    try {
      return await read();
    } catch (error) {
      throw failure(error, request, signal);
    }
  }

  return {
    async send(request, callOptions = {}): Promise<ApiResponse> {
      const response = await call(request, callOptions);
      const body = await reading(request, callOptions, async () => new Uint8Array(await response.arrayBuffer()));
      return { status: response.status, headers: headersOf(response), body };
    },
    async stream(request, callOptions = {}): Promise<StreamResponse> {
      const response = await call(request, callOptions);
      return {
        status: response.status,
        headers: headersOf(response),
        body: chunks(response, callOptions.signal, (read) => reading(request, callOptions, read)),
      };
    },
    async open(request) {
      throw new ConnectionError("STREAM_REFUSED", `Cannot open ${request.path}: this server takes no WebSockets`);
    },
    async upgrade(request) {
      throw new ConnectionError("STREAM_REFUSED", `Cannot upgrade ${request.path}: this server takes no upgrades`);
    },
    async close() {
      closing.abort();
    },
  };
}

function toRequest(url: string, request: ApiRequest, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one);
  }
  const init: RequestInit & { duplex?: "half" } = { method: request.method, headers, signal };
  if (request.body !== undefined) {
    init.body = request.body as NonNullable<RequestInit["body"]>;
    init.duplex = "half";
  }
  return new Request(url, init);
}

function headersOf(response: Response): Record<string, string | string[]> {
  return Object.fromEntries(response.headers);
}

async function* chunks(
  response: Response,
  signal: AbortSignal | undefined,
  guarded: <R>(read: () => Promise<R>) => Promise<R>,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const onAbort = (): void => void reader.cancel(signal?.reason).catch(() => {});
  forMany(signal)?.addEventListener("abort", onAbort, { once: true });
  // reading may begin long after the answer did
  if (signal?.aborted) onAbort();
  try {
    while (true) {
      const { done, value } = await guarded(() => reader.read());
      throwIfAborted(signal);
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    await reader.cancel().catch(() => {});
  }
}
