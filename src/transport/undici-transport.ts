import type { Dispatcher, Pool } from "undici";
import type { ClientCertificate, Connection } from "../config/connection.ts";
import type { CredentialSource } from "../config/credential-source.ts";
import { isLoopback } from "../config/proxy.ts";
import { forMany } from "../core/abort.ts";
import { type ApiRequest, requestTarget } from "../core/request.ts";
import { decodeBody, decodedStream } from "./content-encoding.ts";
import { createDialer, type Dial, type DialOptions } from "./dial.ts";
import { HTTP_TO_HTTPS, networkError } from "./network-error.ts";
import { proxyAuthorization } from "./proxy-http.ts";
import { requestUpgrade } from "./request-upgrade.ts";
import type {
  ApiResponse,
  CallOptions,
  ChannelSocket,
  OpenRequest,
  StreamResponse,
  Transport,
  UpgradeRequest,
  UpgradeResponse,
} from "./transport.ts";
import { openWebSocket } from "./websocket.ts";

/** Limits of the HTTP transport; each has a default. */
export interface UndiciTransportOptions extends DialOptions {
  /** How long a server may take to begin its answer to `send`. Default the connection's `requestTimeoutMs`, else 120 s. */
  readonly headersTimeoutMs?: number;
  /** How long the body of an answer to `send` may be silent. Default as `headersTimeoutMs`. */
  readonly bodyTimeoutMs?: number;
  /** How long an idle connection is kept. Default 60 s. */
  readonly idleConnectionMs?: number;
  /** How often the peer of a WebSocket is pinged; after 12 without an answer it is lost. Default 5 s. */
  readonly pingIntervalMs?: number;
  /** Sent with every request. */
  readonly userAgent?: string;
}

/** A pool with the client certificate that its connections present. */
interface Generation {
  readonly certificate: ClientCertificate | undefined;
  readonly pool: Pool;
  readonly dial: Dial;
  /** Whether any answer came over it: a connection that is found closed may then be an idle one. */
  answered: boolean;
}

const DEFAULT_TIMEOUT_MS = 120_000;

/** What a server may take for the head of an answer; Go's own limit is ten times that, Node's 16 KiB. */
const MAX_HEAD_BYTES = 1024 * 1024;

/** Methods that may be sent again when an idle connection turns out to be closed. */
const REPEATABLE = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * The innermost transport: one pool of HTTP/1.1 connections to one server, without a cap, made on first use.
 * `credentials` is asked for the client certificate only; a new one opens a new pool and lets the old drain.
 */
export function undiciTransport(
  connection: Connection,
  credentials?: Pick<CredentialSource, "current">,
  options: UndiciTransportOptions = {},
): Transport {
  return new UndiciTransport(connection, credentials, options);
}

class UndiciTransport implements Transport {
  readonly #connection: Connection;
  readonly #credentials: Pick<CredentialSource, "current"> | undefined;
  readonly #options: UndiciTransportOptions;
  readonly #headers: Readonly<Record<string, string>>;
  /** Set where requests are sent to an HTTP proxy whole instead of through a tunnel. */
  readonly #absoluteForm: boolean;
  readonly #draining = new Set<Generation>();
  /** Aborted by close(): ends WebSockets and connections that are being made. */
  readonly #closing = new AbortController();
  #generation: Generation | undefined;

  constructor(
    connection: Connection,
    credentials: Pick<CredentialSource, "current"> | undefined,
    options: UndiciTransportOptions,
  ) {
    this.#connection = connection;
    this.#credentials = credentials;
    this.#options = options;
    this.#absoluteForm = connection.server.startsWith("http:") && /^https?:/.test(connection.proxyUrl ?? "");
    const compressed = !connection.disableCompression && !isLoopback(new URL(connection.server).hostname);
    this.#headers = {
      ...(compressed ? { "accept-encoding": "gzip, deflate" } : {}),
      ...(options.userAgent === undefined ? {} : { "user-agent": options.userAgent }),
    };
  }

  async send(request: ApiRequest, options: CallOptions = {}): Promise<ApiResponse> {
    const fallback = this.#connection.requestTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    const headersTimeout = this.#options.headersTimeoutMs ?? fallback;
    const bodyTimeout = this.#options.bodyTimeoutMs ?? headersTimeout;
    const answer = await this.#request(request, options, { headersTimeout, bodyTimeout });
    try {
      const raw = await answer.body.bytes();
      const { headers, body } = await decodeBody(answer.headers, raw);
      if (answer.statusCode === 400 && saysHttps(body)) throw new Error(HTTP_TO_HTTPS);
      return { status: answer.statusCode, headers, body };
    } catch (error) {
      throw this.#failure(error, request, options.signal);
    }
  }

  async stream(request: ApiRequest, options: CallOptions = {}): Promise<StreamResponse> {
    const headersTimeout = this.#connection.requestTimeoutMs ?? 0;
    const answer = await this.#request(request, options, { headersTimeout, bodyTimeout: 0 });
    const { headers, body } = await decodedStream(answer.headers, answer.body);
    return { status: answer.statusCode, headers, body: this.#guarded(body, request, options.signal) };
  }

  async open(request: OpenRequest, options: CallOptions = {}): Promise<ChannelSocket> {
    const asked = { method: "GET", path: request.path };
    const failure = (error: unknown): Error => this.#failure(error, asked, options.signal);
    try {
      const { dial } = await this.#current(options.signal);
      const url = `${this.#connection.server}${requestTarget(request)}`;
      const { "accept-encoding": _coding, ...headers } = { ...this.#headers, ...request.headers };
      const signal = eitherSignal(this.#closing.signal, options.signal);
      return await openWebSocket(url, { ...request, headers }, dial, {
        signal,
        failure,
        pingIntervalMs: this.#options.pingIntervalMs,
      });
    } catch (error) {
      throw failure(error);
    }
  }

  async upgrade(request: UpgradeRequest, options: CallOptions = {}): Promise<UpgradeResponse> {
    const failure = (error: unknown): Error => this.#failure(error, request, options.signal);
    try {
      const { dial } = await this.#current(options.signal);
      const { "accept-encoding": _coding, ...own } = this.#headers;
      const signal = eitherSignal(this.#closing.signal, options.signal);
      const signed = { ...request, headers: { ...own, ...request.headers } };
      return await requestUpgrade(this.#connection.server, signed, dial, { signal, failure });
    } catch (error) {
      throw failure(error);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort(closedError());
    const generations = [...this.#draining, ...(this.#generation ? [this.#generation] : [])];
    this.#generation = undefined;
    await Promise.all(generations.map(({ pool }) => pool.destroy()));
  }

  async #request(
    request: ApiRequest,
    options: CallOptions,
    limits: { headersTimeout: number; bodyTimeout: number },
  ): Promise<Dispatcher.ResponseData> {
    for (let attempt = 1; ; attempt += 1) {
      let generation: Generation | undefined;
      try {
        generation = await this.#current(options.signal);
        const answer = await generation.pool.request(this.#dispatchOptions(request, options.signal, limits));
        generation.answered = true;
        return answer;
      } catch (error) {
        const stale = generation?.answered === true && REPEATABLE.has(request.method) && wasReset(error);
        if (!stale || attempt > 1 || options.signal?.aborted) {
          throw this.#failure(error, request, options.signal);
        }
      }
    }
  }

  #dispatchOptions(
    request: ApiRequest,
    signal: AbortSignal | undefined,
    limits: { headersTimeout: number; bodyTimeout: number },
  ): Dispatcher.RequestOptions {
    const server = new URL(this.#connection.server);
    const prefix = server.pathname === "/" ? "" : server.pathname;
    const path = `${prefix}${requestTarget(request)}`;
    const headers: Record<string, string | string[]> = { ...this.#headers, ...mutableHeaders(request.headers) };
    if (this.#absoluteForm) {
      headers.host = server.host;
      const authorization = proxyAuthorization(new URL(this.#connection.proxyUrl ?? ""));
      if (authorization !== undefined) headers["proxy-authorization"] = authorization;
    }
    return {
      method: request.method as Dispatcher.HttpMethod,
      path: this.#absoluteForm ? `${server.origin}${path}` : path,
      headers,
      body: request.body === undefined ? null : (request.body as Dispatcher.RequestOptions["body"] & object),
      ...(signal === undefined ? {} : { signal: forMany(signal) }),
      ...limits,
    };
  }

  /** The pool for the certificate of this moment; one that another certificate made is left to drain. */
  async #current(signal: AbortSignal | undefined): Promise<Generation> {
    signal?.throwIfAborted();
    const { Pool } = await import("undici");
    const certificate = (await this.#credentials?.current({ signal }))?.certificate;
    this.#closing.signal.throwIfAborted();
    const existing = this.#generation;
    if (existing !== undefined && samePair(existing.certificate, certificate)) return existing;
    if (existing !== undefined) this.#retire(existing);
    this.#generation = this.#make(Pool, certificate);
    return this.#generation;
  }

  #make(Pool: typeof import("undici").Pool, certificate: ClientCertificate | undefined): Generation {
    const dial = createDialer(this.#connection, certificate, this.#options);
    const proxy = this.#absoluteForm ? new URL(this.#connection.proxyUrl ?? "") : undefined;
    const connect = proxy === undefined ? dial : createDialer(asServer(proxy), undefined, this.#options);
    const pool = new Pool(proxy?.origin ?? new URL(this.#connection.server).origin, {
      connections: null,
      pipelining: 1,
      maxHeaderSize: MAX_HEAD_BYTES,
      keepAliveTimeout: this.#options.idleConnectionMs ?? 60_000,
      connect: (_options, callback) => {
        connect(this.#closing.signal).then(
          (socket) => callback(null, socket),
          (error: Error) => callback(error, null),
        );
      },
    });
    return { certificate, pool, dial, answered: false };
  }

  #retire(generation: Generation): void {
    this.#draining.add(generation);
    const done = (): void => void this.#draining.delete(generation);
    generation.pool.close().then(done, done);
  }

  async *#guarded(
    body: AsyncIterable<Uint8Array>,
    request: ApiRequest,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* body;
    } catch (error) {
      throw this.#failure(error, request, signal);
    }
  }

  #failure(error: unknown, request: Pick<ApiRequest, "method" | "path">, signal: AbortSignal | undefined): Error {
    return networkError(error, request, this.#connection, signal);
  }
}

function samePair(a: ClientCertificate | undefined, b: ClientCertificate | undefined): boolean {
  return a === b || (a?.certificate === b?.certificate && a?.key === b?.key);
}

function wasReset(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}

/** Whether a 400 is a Go server's answer to plain HTTP on its TLS port. */
function saysHttps(body: Uint8Array): boolean {
  return new TextDecoder().decode(body.subarray(0, 200)).startsWith(HTTP_TO_HTTPS);
}

/** The proxy itself as the server: what plain HTTP requests in absolute form are sent to. */
function asServer(proxy: URL): Pick<Connection, "server" | "tls" | "proxyUrl"> {
  return { server: proxy.origin, tls: { insecureSkipVerify: false }, proxyUrl: undefined };
}

function closedError(): Error {
  return Object.assign(new Error("the transport is closed"), { code: "UND_ERR_CLOSED" });
}

function eitherSignal(own: AbortSignal, callers: AbortSignal | undefined): AbortSignal {
  return callers === undefined ? own : AbortSignal.any([own, callers]);
}

/** The HTTP clients' types ask for arrays that they may change; they do not. */
function mutableHeaders(headers: ApiRequest["headers"]): Record<string, string | string[]> {
  return (headers ?? {}) as Record<string, string | string[]>;
}
