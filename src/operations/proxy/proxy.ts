/** https://kubernetes.io/docs/reference/kubectl/generated/kubectl_proxy/ */
import { chmod } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { Duplex } from "node:stream";
import { throwIfAborted } from "../../core/abort.ts";
import { inspectAsText } from "../../core/inspect-as-text.ts";
import { UsageError } from "../../errors.ts";
import type { OperationContext } from "../context.ts";
import { requireEffect } from "../shared/no-dry-run.ts";
import { asksForHttp, plainHead } from "./declined-upgrade.ts";
import { type ProxyFilter, type ProxyFilterOptions, proxyFilter } from "./filter.ts";
import { forward, sendText } from "./forward.ts";
import { type Prefixes, type Route, route } from "./routes.ts";
import { clearSocketPath, isFolder } from "./socket-file.ts";
import { serveFile } from "./static-files.ts";
import { refuseUpgrade, tunnel } from "./tunnel.ts";

export interface ProxyOptions extends ProxyFilterOptions {
  /** 0 for any that is free. Default 8001. */
  readonly port?: number | undefined;
  /** Default 127.0.0.1: whoever reaches the address acts as this session's user. */
  readonly address?: string | undefined;
  /** Listens on a Unix socket instead, which only this user can open. A socket that nobody serves is replaced. */
  readonly unixSocket?: string | undefined;
  /** Stands before the API's own paths. Default `/`. */
  readonly apiPrefix?: string | undefined;
  /** Lets every request pass. Default false. */
  readonly disableFilter?: boolean | undefined;
  /** A folder whose files are served too, past the filter. */
  readonly www?: string | undefined;
  /** Stands before their paths. Default `/static/`. */
  readonly wwwPrefix?: string | undefined;
  /** Adds the path of the server's URL to each request. Default true; with false clients write it themselves. */
  readonly appendServerPath?: boolean | undefined;
  /** Idle time after which the peer of an upgraded connection is probed; 0 for never. Default 30 s. */
  readonly keepAliveMs?: number | undefined;
  /** Ends the proxy. Default that of what is being run. */
  readonly signal?: AbortSignal | undefined;
}

/** A proxy that serves until it is closed, the session ends, or its signal is aborted. */
export interface ApiProxy extends AsyncDisposable {
  /** `http://127.0.0.1:8001`; undefined on a Unix socket. */
  readonly url: string | undefined;
  /** Path of the Unix socket; undefined on a port. */
  readonly socket: string | undefined;
  /** What is listened on: `127.0.0.1:8001`, or the socket's path. */
  readonly address: string;
  /** Resolves once the proxy is closed, whatever closed it. */
  readonly closed: Promise<void>;
  /** Ends it with all that is going through it. Idempotent. */
  close(): Promise<void>;
}

/** What clients may take to send a request's head, command lines of exec included: Go's own limit. */
const MAX_HEAD_BYTES = 1024 * 1024;
/** Clients that keep connections must not find them closed as they use them. */
const IDLE_MS = 90_000;

/**
 * Serves the API to programs of this machine with the session's credentials. Requests and answers stream both ways;
 * upgrades are passed through as they are. Throws UsageError where it cannot listen.
 */
export async function proxy(operation: OperationContext, options: ProxyOptions = {}): Promise<ApiProxy> {
  // What others send through it would not be tried only.
  requireEffect(operation, "proxy");
  const { signal, unixSocket } = options;
  if (unixSocket !== undefined && options.port !== undefined) {
    throw new UsageError("USAGE", "Cannot proxy on a port and on a Unix socket at once", {
      hint: "Leave one of port and unixSocket out.",
    });
  }
  if (options.www !== undefined && !(await isFolder(options.www))) {
    throw new UsageError("INVALID_INPUT", `Cannot proxy: there is no folder ${path.resolve(options.www)} to serve`);
  }
  const running = new RunningProxy(operation, options);
  throwIfAborted(signal);
  if (unixSocket !== undefined) await running.listenOnSocket(path.resolve(unixSocket));
  else await running.listen(options.port ?? 8001, options.address ?? "127.0.0.1");
  const end = (): void => void running.close();
  const release = operation.hold(running);
  signal?.addEventListener("abort", end, { once: true });
  void running.closed.then(() => {
    release();
    signal?.removeEventListener("abort", end);
  });
  if (signal?.aborted) await running.close();
  throwIfAborted(signal);
  return running;
}

class RunningProxy implements ApiProxy {
  static {
    inspectAsText(RunningProxy.prototype);
  }

  url: string | undefined;
  socket: string | undefined;
  address = "";
  readonly closed: Promise<void>;
  readonly #server: http.Server;
  readonly #operation: OperationContext;
  readonly #filter: ProxyFilter;
  readonly #prefixes: Prefixes;
  readonly #www: string | undefined;
  readonly #keepAliveMs: number | undefined;
  /** Upgraded connections are no longer the HTTP server's. */
  readonly #upgraded = new Set<Duplex>();

  constructor(operation: OperationContext, options: ProxyOptions) {
    const { www, apiPrefix = "/", wwwPrefix = "/static/" } = options;
    this.#operation = operation;
    this.#filter = options.disableFilter === true ? () => true : proxyFilter(options);
    this.#www = www === undefined ? undefined : path.resolve(www);
    this.#keepAliveMs = options.keepAliveMs;
    const serverPath = new URL(operation.server).pathname.replace(/\/+$/, "");
    this.#prefixes = {
      api: prefixOf("apiPrefix", apiPrefix),
      static: www === undefined ? undefined : prefixOf("wwwPrefix", wwwPrefix),
      server: options.appendServerPath === false && serverPath !== "" ? serverPath : undefined,
    };
    if (this.#prefixes.api === this.#prefixes.static) {
      throw new UsageError("INVALID_INPUT", `Cannot proxy: apiPrefix and wwwPrefix are both ${this.#prefixes.api}`);
    }
    const settings = { maxHeaderSize: MAX_HEAD_BYTES, keepAliveTimeout: IDLE_MS, requestTimeout: 0 };
    this.#server = http.createServer(settings, (request, response) => {
      // An answer that cannot be passed on ends with its connection, and nothing else does.
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    this.closed = new Promise((resolve) => this.#server.once("close", resolve));
  }

  async listen(port: number, address: string): Promise<void> {
    if (!Number.isInteger(port) || port < 0 || port > 65535) {
      throw new UsageError("INVALID_INPUT", `Cannot listen on port ${port}: ports are whole numbers up to 65535`);
    }
    const host = address.replace(/^\[|\]$/g, "");
    await this.#listening({ port, host }, `${host.includes(":") ? `[${host}]` : host}:${port}`);
    const bound = this.#server.address() as AddressInfo;
    this.address = `${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`;
    this.url = `http://${this.address}`;
  }

  async listenOnSocket(file: string): Promise<void> {
    await clearSocketPath(file);
    await this.#listening({ path: file }, file);
    this.address = file;
    this.socket = file;
    try {
      await chmod(file, 0o600);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    this.#server.close();
    this.#server.closeAllConnections();
    await this.closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  toJSON(): Pick<ApiProxy, "url" | "socket" | "address"> {
    const { url, socket, address } = this;
    return { url, socket, address };
  }

  toString(): string {
    return `Proxy to ${this.#operation.server} on ${this.url ?? this.address}`;
  }

  #listening(
    where: { readonly port: number; readonly host: string } | { readonly path: string },
    shown: string,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(explained(error, shown)));
      this.#server.listen(where, () => {
        this.#server.removeAllListeners("error");
        // A connection that cannot be accepted ends by itself and nothing else.
        this.#server.on("error", () => {});
        resolve();
      });
    });
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const to = this.#route(request);
    switch (to.type) {
      case "badRequest":
        return sendText(response, 400, "400 Bad Request");
      case "notFound":
        return sendText(response, 404, "404 page not found");
      case "redirect":
        response.writeHead(301, { location: to.location, "content-length": 0 }).end();
        return;
      case "static":
        return serveFile(this.#www ?? "", to.file, request, response);
      case "api":
        if (!this.#passes(to, request)) return sendText(response, 403, "Forbidden");
        return forward(this.#operation.transport, to, request, response);
    }
  }

  #upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void {
    if (asksForHttp(request)) {
      // Read anew, with its body.
      socket.unshift(Buffer.concat([plainHead(request), head]));
      this.#server.emit("connection", socket);
      return;
    }
    this.#upgraded.add(socket);
    socket.once("close", () => this.#upgraded.delete(socket));
    socket.on("error", () => {});
    if (head.length > 0) socket.unshift(head);
    const to = this.#route(request);
    if (to.type !== "api") refuseUpgrade(socket, 404, "404 page not found");
    else if (!this.#passes(to, request)) refuseUpgrade(socket, 403, "Forbidden");
    else tunnel(this.#operation.transport, to, request, socket, this.#keepAliveMs).catch(() => socket.destroy());
  }

  #route({ url = "", headers }: http.IncomingMessage): Route {
    return route(url, headers.host ?? "", this.#prefixes);
  }

  #passes(to: Extract<Route, { type: "api" }>, { method = "GET", headers }: http.IncomingMessage): boolean {
    const { host, decoded } = to;
    return this.#filter({
      method,
      path: decoded,
      host,
      upgrade: headers.upgrade !== undefined,
      origin: headers.origin,
    });
  }
}

function prefixOf(option: string, prefix: string): string {
  if (prefix.startsWith("/")) return prefix.endsWith("/") ? prefix : `${prefix}/`;
  throw new UsageError("INVALID_INPUT", `Cannot proxy: ${option} is "${prefix}", which does not begin with a slash`);
}

function explained(error: NodeJS.ErrnoException, shown: string): UsageError {
  const said: Readonly<Record<string, { problem: string; hint: string }>> = {
    EADDRINUSE: { problem: "it is taken", hint: "Choose another port, or 0 for any that is free." },
    EACCES: { problem: "this user may not", hint: "Choose a port above 1023, or another place for the socket." },
    EADDRNOTAVAIL: {
      problem: "this machine has no such address",
      hint: "Give one of its own; 0.0.0.0 is all of them.",
    },
    ENOTFOUND: { problem: "there is no such host", hint: "Give an address of this machine." },
  };
  const { problem = error.message, hint } = said[error.code ?? ""] ?? {};
  return new UsageError("USAGE", `Cannot listen on ${shown}: ${problem}`, { cause: error, hint });
}
