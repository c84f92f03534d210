import type { Connection } from "../config/connection.ts";
import { type ApiRequest, requestTarget } from "../core/request.ts";
import { isKubescriptError } from "../errors.ts";
import { curlCommand } from "./curl.ts";
import { maskHeaders, maskText } from "./mask.ts";
import { readableBody } from "./readable-body.ts";
import type { StreamResponse, Transport } from "./transport.ts";

/** How much is written of each request: one line, the same as a curl command, with headers, or with bodies too. */
export type TraceLevel = "line" | "curl" | "headers" | "body";

/** How a trace is written. */
export interface TraceOptions {
  readonly connection: Connection;
  /** Default `line`. */
  readonly level?: TraceLevel | undefined;
  /** How a shell finds our own command line, which curl lines have print credentials. Default `kubescript`. */
  readonly program?: string | undefined;
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds. Default the process' monotonic clock. */
  readonly now?: () => number;
}

type Headers = StreamResponse["headers"];

/**
 * Writes every request: `GET https://host/api/v1/pods 200 in 14 ms`. Secrets are masked: credentials in headers,
 * tokens, the data of Secrets.
 */
export function trace(inner: Transport, options: TraceOptions): Transport {
  const { connection, write, level = "line" } = options;
  const now = options.now ?? (() => performance.now());
  const block = (prefix: string, text: string): void => {
    for (const line of text.split("\n")) write(`${prefix} ${line}`);
  };
  const headerBlock = (prefix: string, headers: Headers): void => {
    for (const [name, value] of Object.entries(maskHeaders(headers))) {
      for (const one of Array.isArray(value) ? value : [value]) write(`${prefix} ${name}: ${one}`);
    }
  };
  const withHeaders = level === "headers" || level === "body";

  async function traced<A extends { readonly status: number; readonly headers: Headers }>(
    request: ApiRequest,
    call: () => Promise<A>,
  ): Promise<A> {
    const label = `${request.method} ${maskText(`${connection.server}${requestTarget(request)}`)}`;
    if (level === "curl") {
      write(curlCommand(request, connection, options.program));
      return call();
    }
    const startedAt = now();
    const elapsed = (): string => `${Math.round(now() - startedAt)} ms`;
    let answer: A;
    try {
      answer = await call();
    } catch (error) {
      write(`${label} ${isKubescriptError(error) ? error.code : "failed"} after ${elapsed()}`);
      throw error;
    }
    write(`${label} ${answer.status} in ${elapsed()}`);
    if (withHeaders) headerBlock(">", (request.headers as Headers) ?? {});
    if (level === "body" && request.body !== undefined) block(">", requestBody(request));
    if (withHeaders) headerBlock("<", answer.headers);
    return answer;
  }

  return {
    async send(request, callOptions) {
      const answer = await traced(request, () => inner.send(request, callOptions));
      if (level === "body" && answer.body.length > 0) {
        const contentType = one(answer.headers["content-type"]);
        block("<", readableBody({ body: answer.body, contentType, path: request.path }));
      }
      return answer;
    },
    async stream(request, callOptions) {
      const answer = await traced(request, () => inner.stream(request, callOptions));
      if (level !== "body") return answer;
      const show = (line: Uint8Array): void =>
        block("<", readableBody({ body: line, contentType: one(answer.headers["content-type"]), path: request.path }));
      return { ...answer, body: eachLine(answer.body, show) };
    },
    async open(request, callOptions) {
      const headers = { ...request.headers, "sec-websocket-protocol": request.protocols.join(", ") };
      const upgrade: ApiRequest = {
        method: "GET",
        path: request.path,
        ...(request.query ? { query: request.query } : {}),
        headers,
      };
      let socket: Awaited<ReturnType<Transport["open"]>> | undefined;
      await traced(upgrade, async () => {
        socket = await inner.open(request, callOptions);
        return { status: 101, headers: { "sec-websocket-protocol": socket.protocol } };
      });
      return socket as NonNullable<typeof socket>;
    },
    upgrade: (request, callOptions) => traced(request, () => inner.upgrade(request, callOptions)),
    close: () => inner.close(),
  };
}

function requestBody(request: ApiRequest): string {
  const { body, path } = request;
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return "(a stream)";
  return readableBody({ body, contentType: one(request.headers?.["content-type"]), path });
}

/** Passes the pieces on unchanged and shows each line once it is complete. */
async function* eachLine(
  body: AsyncIterable<Uint8Array>,
  show: (line: Uint8Array) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of body) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      if (end > 0) show(rest.subarray(0, end));
      rest = rest.subarray(end + 1);
    }
    yield chunk;
  }
  if (rest.length > 0) show(rest);
}

function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
