import { throwIfAborted } from "../core/abort.ts";
import { type ApiRequest, requestTarget } from "../core/request.ts";
import { ConnectionError, UsageError } from "../errors.ts";
import { bodyBytes, type RecordedExchange, type Recording, recordRequest } from "./recording.ts";
import type { CallOptions, Transport } from "./transport.ts";

/**
 * Answers from a recording instead of a server: the same request (method, path, query, body) gets the recorded
 * answers in their order, each once. A request that has none left throws UsageError `INVALID_INPUT`.
 */
export function replay(recording: Recording): Transport {
  const waiting = new Map<string, RecordedExchange[]>();
  for (const exchange of recording.exchanges) {
    const key = keyOf(exchange);
    waiting.set(key, [...(waiting.get(key) ?? []), exchange]);
  }

  function take(request: ApiRequest, { signal }: CallOptions): RecordedExchange {
    throwIfAborted(signal);
    const exchange = waiting.get(keyOf(recordRequest(request)))?.shift();
    if (exchange !== undefined) return exchange;
    throw new UsageError(
      "INVALID_INPUT",
      `Cannot replay ${request.method} ${requestTarget(request)}: it is not recorded`,
      {
        hint: "Record the script again: it asks for something else than it did, or more often.",
      },
    );
  }

  return {
    async send(request, options = {}) {
      const { status, headers, response } = take(request, options);
      return { status, headers, body: bodyBytes(response) };
    },
    async stream(request, options = {}) {
      const { status, headers, response } = take(request, options);
      return { status, headers, body: once(bodyBytes(response), options.signal) };
    },
    async open(request) {
      throw new ConnectionError("STREAM_REFUSED", `Cannot open ${request.path}: WebSockets are not recorded`);
    },
    async upgrade(request) {
      throw new ConnectionError("STREAM_REFUSED", `Cannot upgrade ${request.path}: upgrades are not recorded`);
    },
    async close() {},
  };
}

function keyOf({ method, target, request }: Pick<RecordedExchange, "method" | "target" | "request">): string {
  return JSON.stringify([method, target, request ?? null]);
}

async function* once(body: Uint8Array, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  throwIfAborted(signal);
  if (body.length > 0) yield body;
}
