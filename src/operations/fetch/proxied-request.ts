import type { ApiRequest } from "../../core/request.ts";
import { UsageError } from "../../errors.ts";
import type { CallScope } from "../../resources/options.ts";

/** What the request is made of; as for the global `fetch`. */
export interface ProxyFetchInit extends CallScope {
  /** Default GET. */
  readonly method?: string | undefined;
  /** `authorization` is not among them: the API server keeps that header for itself. */
  readonly headers?: RequestInit["headers"] | undefined;
  /** A text, bytes, a form, a Blob, or a stream, which is sent as it is read. */
  readonly body?: RequestInit["body"] | AsyncIterable<Uint8Array> | undefined;
  /**
   * `follow` goes along with redirects that stay behind the proxy and gives those that leave it as they are; `manual`
   * gives every redirect; `error` throws. Default `follow`.
   */
  readonly redirect?: "follow" | "manual" | "error" | undefined;
}

/** The parts of a request that are not its address. */
export type ProxiedRequest = Pick<ApiRequest, "method" | "headers" | "body">;

const READS = new Set(["GET", "HEAD", "OPTIONS"]);
const NEVER_SENT = new Set(["connection", "content-length", "keep-alive", "transfer-encoding", "upgrade"]);

/** Whether a request is taken to change nothing. */
export function changesNothing({ method }: Pick<ApiRequest, "method">): boolean {
  return READS.has(method);
}

/** Reads the init of a fetch. Throws UsageError for what cannot be sent. */
export async function proxiedRequest(init: ProxyFetchInit, label: string): Promise<ProxiedRequest> {
  const isStream = init.body instanceof ReadableStream || isIterable(init.body);
  const body = isStream ? undefined : (init.body as RequestInit["body"]);
  let request: Request;
  try {
    request = new Request("http://proxy.invalid/", {
      method: init.method ?? "GET",
      ...(init.headers === undefined ? {} : { headers: init.headers }),
      ...(body === undefined ? {} : { body }),
    });
    if (isStream && /^(GET|HEAD)$/.test(request.method)) throw new TypeError(`a ${request.method} has no body`);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError("INVALID_INPUT", `Cannot fetch from ${label}: ${why}`, { cause });
  }
  const method = request.method.toUpperCase();
  const headers: Record<string, string> = { accept: "*/*" };
  for (const [name, value] of request.headers) if (!NEVER_SENT.has(name)) headers[name] = value;
  if (headers.authorization !== undefined) {
    throw new UsageError("USAGE", `Cannot fetch from ${label} with an authorization header: the API server keeps it`, {
      hint: "Use portForward, which reaches the program itself, or another header if it takes one.",
    });
  }
  if (isStream) return { method, headers, body: init.body as AsyncIterable<Uint8Array> };
  if (request.body === null) return { method, headers };
  return { method, headers, body: new Uint8Array(await request.arrayBuffer()) };
}

function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}
