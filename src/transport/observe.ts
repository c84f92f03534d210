import type { Impersonation } from "../config/connection.ts";
import type { ApiRequest } from "../core/request.ts";
import type { Transport } from "./transport.ts";

/** What a listener is told of each request: enough to derive the rights that it needs. */
export interface ObservedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: ApiRequest["query"];
  /** As the caller gave them: before credentials are added. */
  readonly headers: ApiRequest["headers"];
  /** Whether it asks for an upgrade: exec, attach and port-forward. */
  readonly upgrade: boolean;
  readonly body: ApiRequest["body"];
  /** Whom the caller asks as, where it chose somebody else than who is logged in. */
  readonly impersonate?: Impersonation | undefined;
}

/** Tells a listener of every request before it is sent. */
export function observe(inner: Transport, listener: (request: ObservedRequest) => void): Transport {
  const tell = (method: string, request: Omit<ApiRequest, "method">, upgrade: boolean): void =>
    listener({
      method,
      path: request.path,
      query: request.query,
      headers: request.headers,
      upgrade,
      body: request.body,
    });
  return {
    send: (request, options) => {
      tell(request.method, request, false);
      return inner.send(request, options);
    },
    stream: (request, options) => {
      tell(request.method, request, false);
      return inner.stream(request, options);
    },
    open: (request, options) => {
      tell("GET", request, true);
      return inner.open(request, options);
    },
    upgrade: (request, options) => {
      tell(request.method, request, true);
      return inner.upgrade(request, options);
    },
    close: () => inner.close(),
  };
}
